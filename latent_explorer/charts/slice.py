"""A flat slice through a point along two dimensions or directions, independent of the data."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import LinearChart
from latent_explorer.charts.kind import MANY, ChartInput, ChartKind, Parameter, Value, text_of
from latent_explorer.errors import UserError

_PARALLEL = 1e-6  # the sine of an angle: two directions nearer than that span no plane


def slice_chart(data: ChartInput) -> LinearChart:
    """The plane through a point, by default the mean of the data, along two axes.

    An axis is the number of a dimension, or a direction (d,) of any length; the second is made orthogonal to the first.
    Along a dimension, the plane coordinate is the latent's own coordinate.
    Raises UserError if the axes do not span a plane.
    """
    across, up = (_direction(data, name) for name in ("across", "up"))
    aside = up - up @ across * across
    length = np.linalg.norm(aside)
    if not length > _PARALLEL:
        raise UserError(f"chart {data.name}: across and up are the same direction, and span no plane")
    axes = np.stack([across, aside / length])
    through = data.parameters["through"]
    point = data.means.mean(0, np.float64) if isinstance(through, str) else np.array(through)
    names = (_name(data.parameters["across"]), _name(data.parameters["up"]))
    return LinearChart(data.name, point - axes.T @ (axes @ point), axes, names)


def _direction(data: ChartInput, name: str) -> NDArray[np.float64]:
    value = data.parameters[name]
    axis = np.array(value) if isinstance(value, tuple) else np.eye(data.means.shape[1])[int(float(value))]
    length = np.linalg.norm(axis)
    if not length > 0:
        raise UserError(f"chart {data.name}: {name} is no direction: expected at least one number other than 0")
    direction: NDArray[np.float64] = axis / length
    return direction


def _name(value: Value) -> str:
    numbers = value if isinstance(value, tuple) else (value,)
    return f"direction {text_of(numbers)}" if len(numbers) > 1 else f"dimension {text_of(value)}"


SLICE = ChartKind(
    name="slice",
    title="Slice along two dimensions",
    sentence="A plane through any point, along any two dimensions or directions.",
    make=slice_chart,
    parameters=(
        Parameter("across", "the dimension, or direction, from left to right", 0.0, kind="dimension", directed=True),
        Parameter("up", "the dimension, or direction, from bottom to top", 1.0, kind="dimension", directed=True),
        Parameter("through", "a point on the plane; the middle of the data if none is given", kind="vector"),
    ),
    dimensions=range(2, MANY),
)
