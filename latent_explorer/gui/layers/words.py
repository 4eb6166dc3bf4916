"""The values of fields in words."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Field


def number(value: float) -> str:
    """A value with three figures."""
    return f"{value:.3g}".replace("-", "−") if abs(value) < 10 else f"{value:.0f}".replace("-", "−")


def value_line(field: Field, values: NDArray[np.floating], class_names: tuple[str, ...]) -> str:
    """What a field is at one place, in a few words."""
    if field.name == "veil":
        return f"{field.title}: {values[0]:.0%} faded" if values[0] >= 0.005 else f"{field.title}: clear"
    if field.name == "classes":
        return f"{field.title}: {class_names[round(float(values[0]))]}, {values[1]:.0%} {field.unit}"
    return f"{field.title}: {number(float(values[0]))} {field.unit}"
