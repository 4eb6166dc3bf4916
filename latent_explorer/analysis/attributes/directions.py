"""The directions at a place of latent space: attributes, class differences, principal and local ones, each a curve."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.learning import gathered
from latent_explorer.analysis.attributes.measures import Values
from latent_explorer.analysis.attributes.walking import STEPS, AttributeWalker

MOST = 6
"""Principal directions that are told, and local ones."""
POINTS = 2 * STEPS + 1
"""Of a curve; the one in the middle is where it was asked for."""
_REACH = 2.0  # deviations, along a straight direction
_NUDGE = 0.1  # of a dimension's deviation
GROUPS = ("Attributes", "Classes", "Principal", "Local")


@dataclass(frozen=True)
class Direction:
    """A direction. name: what it is asked for by. group: one of GROUPS. unit: of its value; deviations where empty."""

    name: str
    group: str
    title: str
    sentence: str
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Course:
    """A direction walked from one end through a latent to the other, in POINTS points.

    z: (POINTS, d). followed, scored: (POINTS, m), the two measures of the attributes. position: (POINTS,), the value of
    the direction itself: what is followed, or deviations from the mean along it. classes: the likeliest classes
    (POINTS,), -1 where there is one only.
    """

    z: NDArray[np.float32]
    position: Values
    followed: Values
    scored: Values
    classes: NDArray[np.int64]


class Directions:
    """The directions of one model, as far as it has them.

    class_names: of the classes, by number. walker: with what was learnt.
    """

    def __init__(self, walker: AttributeWalker, class_names: tuple[str, ...] = ()) -> None:
        self.walker, self.learned = walker, walker.learned
        self.listed = tuple(_listed(walker, class_names))
        self._local: tuple[bytes, Values] | None = None

    def curve(self, z: NDArray[np.floating], name: str) -> Generator[None, None, Course]:
        """The curve of a direction through a latent (d,). Raises KeyError where there is none of that name."""
        start = np.asarray(z, np.float64)
        kind, _, which = name.partition(" ")
        along = None
        if kind == "attribute":
            place = self.learned.measuring.names.index(which)
            points = (yield from self.walker.walk(start[None], place))[0]
        else:
            along = yield from self._straight(start, kind, which)
            points = (start + np.linspace(-_REACH, _REACH, POINTS)[:, None] * along).astype(np.float32)
        followed = yield from self.walker.measured(points)
        scored = yield from self._scored(points)
        position = followed[:, place] if along is None else (points - self.learned.mean) @ along / (along @ along)
        return Course(points, position, followed, scored, self._classes(points))

    def _scored(self, points: NDArray[np.float32]) -> Generator[None, None, Values]:
        walker, score = self.walker, self.learned.measuring.scored
        found = yield from gathered(
            lambda z, work: ((each, work(z[each : each + 1])) for each in range(len(z))),
            points,
            lambda piece: score(walker.decode(piece)),
        )
        return np.asarray(found)

    def _straight(self, start: Values, kind: str, which: str) -> Generator[None, None, Values]:
        """A step (d,) of one deviation along a straight direction."""
        if kind == "class":
            return self._towards(start, int(which))
        if kind == "principal":
            return np.asarray(self.learned.axes[int(which)] * max(self.learned.axis_spread[int(which)], 1e-9))
        if kind == "local":
            axes = yield from self._local_axes(start)
            return self._deviation(axes[int(which)])
        raise KeyError(f"{kind} {which}")

    def _towards(self, start: Values, number: int) -> Values:
        classes = self.learned.classes
        place = int(np.flatnonzero(classes.numbers == number)[0])
        own = int(classes.nearest(start[None])[0])
        difference = classes.mean[place] - (start if own == place else classes.mean[own])
        return self._deviation(difference / max(float(np.linalg.norm(difference)), 1e-12))

    def _deviation(self, unit: Values) -> Values:
        """A unit vector (d,) as long as the deviation of the latents along it."""
        return unit * max(float(np.linalg.norm(self.learned.axis_spread * (self.learned.axes @ unit))), 1e-9)

    def _local_axes(self, start: Values) -> Generator[None, None, Values]:
        """The right singular vectors (d, d) of the decoder's Jacobian at a latent (d,), in deviations of dimensions.

        That along which the picture changes most comes first.
        """
        if self._local is not None and self._local[0] == start.tobytes():
            return self._local[1]
        spread = self.learned.classes.spread
        nudges = np.diag(_NUDGE * spread)
        walker = self.walker
        around = np.concatenate([start + nudges, start - nudges]).astype(np.float32)
        pictures = yield from gathered(walker.slices, around, lambda z: walker.decode(z).reshape(len(z), -1))
        up, down = np.split(pictures.astype(np.float64), 2)
        slopes = (up - down) / (2 * _NUDGE)  # for a deviation of each dimension
        yield
        values, vectors = np.linalg.eigh(slopes @ slopes.T)
        axes = vectors[:, np.argsort(-values)].T * spread
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
        self._local = start.tobytes(), axes
        return axes

    def _classes(self, points: NDArray[np.float32]) -> NDArray[np.int64]:
        classes = self.learned.classes
        return classes.numbers[classes.nearest(points)] if classes.several else np.full(len(points), -1)


def _listed(walker: AttributeWalker, class_names: tuple[str, ...]) -> Generator[Direction, None, None]:
    learned = walker.learned
    for each in learned.measuring.attributes:
        yield Direction(f"attribute {each.name}", GROUPS[0], each.title, each.sentence, each.unit)
    for number in learned.classes.numbers.tolist() if learned.classes.several else ():
        name = class_names[number] if number < len(class_names) else str(number)
        sentence = f"Along the difference of the mean of {name} from that of the class here"
        yield Direction(f"class {number}", GROUPS[1], f"towards {name}", sentence)
    many = min(MOST, learned.axes.shape[0])
    for number in range(many):
        sentence = "Along which the latents of all images vary " + _rank(number)
        yield Direction(f"principal {number}", GROUPS[2], f"principal {number + 1}", sentence)
    for number in range(many):
        sentence = "Along which the picture here changes " + _rank(number)
        yield Direction(f"local {number}", GROUPS[3], f"local {number + 1}", sentence)


def _rank(number: int) -> str:
    return "most" if number == 0 else f"most, after {number} other{'s' if number > 1 else ''}"
