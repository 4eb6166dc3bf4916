"""What a curve may know of the latent space that it runs through."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

USUAL, LARGEST = 0.95, 0.99
"""The shares of held-out images whose distance from the data is usual, and is not yet off the data."""


@dataclass(frozen=True, eq=False)
class Space:
    """A latent space as curves see it; they ask (`asking`) for anything expensive.

    dimensions: d. means: float32 (n, d), the latents of the data, or None. label: int64 (n,), their classes, or None.
    classes: their number. decodes: whether there is a decoder. usual_reach, largest_reach: the distances to the 10th
    nearest image that 95 % and 99 % of held-out images do not exceed; beyond the first a curve pays, beyond the second
    it is off the data. class_names: for messages.
    kept: results of curves about this space that are reused.
    """

    dimensions: int
    means: NDArray[np.float32] | None = None
    label: NDArray[np.int64] | None = None
    classes: int = 0
    decodes: bool = True
    usual_reach: float = math.inf
    largest_reach: float = math.inf
    class_names: tuple[str, ...] = ()
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> NDArray[np.float32]:
        """The latents of the data, for curves that said they need them."""
        assert self.means is not None
        return self.means

    @property
    def labels(self) -> NDArray[np.int64]:
        """Their classes, for curves that said they need them."""
        assert self.label is not None
        return self.label

    def called(self, label: int) -> str:
        """The name of a class."""
        return self.class_names[label] if 0 <= label < len(self.class_names) else f"class {label}"
