"""The session: one bundle, one state of frozen values, and its history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from latent_explorer.charts import ChartSpec, checked
from latent_explorer.errors import UserError
from latent_explorer.paths import Path
from latent_explorer.session.changes import Undoable
from latent_explorer.session.labels import NO_LABELS, Labels
from latent_explorer.session.opened import OpenBundle
from latent_explorer.session.own_image import OwnImage
from latent_explorer.session.own_sets import MOST_SETS, OwnSet
from latent_explorer.session.style import NO_STYLE, StyleChoice

How = Literal["instead", "add", "subtract"]
"""The effect on the previous selection: replace, add to, or subtract from it."""

MOST_WAY_POINTS = 30
"""The maximum of way points between the ends of a path."""

Point = tuple[float, ...]
"""A latent as plain numbers, so that states can be compared."""


def as_point(z: NDArray[np.floating]) -> Point:
    """A latent (d,) as plain numbers."""
    return tuple(float(value) for value in z)


@dataclass(frozen=True)
class Pin:
    """A saved place."""

    name: str
    z: Point

    @property
    def latent(self) -> NDArray[np.float32]:
        """The latent (d,)."""
        return np.array(self.z, np.float32)


@dataclass(frozen=True)
class Route:
    """A path between two latents, as chosen; `path` does the computing.

    through: the way points between both ends, in order. compare: a second curve through the same places, shown with the
    first; empty for none.
    """

    start: Point
    end: Point
    curve: str = "straight"
    frames: int = 48
    easing: str = "steady"
    through: tuple[Point, ...] = ()
    compare: str = ""

    @property
    def places(self) -> tuple[Point, ...]:
        """All its places: the start, the way points, the end."""
        return self.start, *self.through, self.end

    def leading(self, places: Sequence[Point]) -> "Route":
        """The same path through other places, at least two."""
        start, *through, end = places
        return replace(self, start=start, end=end, through=tuple(through))

    @property
    def path(self) -> Path:
        """The path. Raises UserError if a choice is not possible."""
        return self._along(self.curve, self.compare)

    @property
    def compared(self) -> Path | None:
        """The same places along the second curve, if there is one. Raises UserError if a choice is not possible."""
        return self._along(self.compare, self.curve) if self.compare else None

    def check(self) -> None:
        """Raise UserError if a choice is not possible."""
        if len(self.through) > MOST_WAY_POINTS:
            raise UserError(f"a path leads through at most {MOST_WAY_POINTS} way points, not {len(self.through)}")
        _ = self.path, self.compared

    def _along(self, curve: str, beside: str) -> Path:
        start, end = np.array(self.start, np.float32), np.array(self.end, np.float32)
        ways = np.array(self.through, np.float32) if self.through else None
        return Path(start, end, curve, self.frames, self.easing, ways, beside)


@dataclass(frozen=True, eq=False)
class Selection:
    """Some images. chosen: bool (n,), at least one of them true."""

    chosen: NDArray[np.bool_]

    @cached_property
    def count(self) -> int:
        """The number of selected images."""
        return int(np.count_nonzero(self.chosen))


@dataclass(frozen=True)
class State:
    """A person's work on a map. hidden: the hidden classes. selection: None if nothing is selected.

    chart: through which the bundle is seen; None for the one that it opens with. chosen: the place chosen last, by a
    click, a pin, typed numbers or a frame of the path; it does not count when states are compared. own: the user's own
    image.
    sets: of own images. labels: given to images by a person. label: the class with which a conditional model decodes.
    style: the choices of Style transfer.
    """

    pins: tuple[Pin, ...] = ()
    route: Route | None = None
    hidden: frozenset[int] = frozenset()
    selection: Selection | None = None
    chart: ChartSpec | None = None
    chosen: Point | None = field(default=None, compare=False)
    own: OwnImage | None = None
    sets: tuple[OwnSet, ...] = ()
    labels: Labels = NO_LABELS
    label: int = 0
    style: StyleChoice = NO_STYLE


class Session(Undoable[State]):
    """The open bundle and a person's work on it.

    changed: emitted with the old and the new State. Changes to pins, routes, selections and charts can be undone;
    hiding cannot, because it loses nothing. state: the present one, at first that of an earlier session.
    """

    changed = Signal(State, State)

    def __init__(self, bundle: OpenBundle, state: State | None = None) -> None:
        super().__init__(state or State())
        self.bundle = bundle

    def exchange(self, bundle: OpenBundle) -> None:
        """Continue with another bundle of the same images and the same network, from another moment of its run."""
        self.bundle = bundle

    def pin(self, z: NDArray[np.floating], name: str = "") -> int:
        """Pin a latent (d,); returns the pin's index."""
        self._change(pins=(*self.state.pins, Pin(name or self._free_name(), as_point(z))))
        return len(self.state.pins) - 1

    def move_pin(self, index: int, z: NDArray[np.floating]) -> None:
        """Move a pin."""
        self._put_pins(index, replace(self.state.pins[index], z=as_point(z)))

    def rename_pin(self, index: int, name: str) -> None:
        """Rename a pin. Raises UserError for an empty name."""
        if not name.strip():
            raise UserError("a pin needs a name")
        self._put_pins(index, replace(self.state.pins[index], name=name.strip()))

    def delete_pin(self, index: int) -> None:
        """Delete a pin."""
        self._put_pins(index)

    def delete_pins(self, indices: Collection[int]) -> None:
        """Delete pins as one undoable change."""
        self._change(pins=tuple(pin for index, pin in enumerate(self.state.pins) if index not in indices))

    def choose(self, z: NDArray[np.floating]) -> None:
        """Choose a place (d,). This is not undoable and emits nothing: the caller shows it."""
        self.state = replace(self.state, chosen=as_point(z))

    def draw(self, route: Route | None) -> None:
        """Set or remove the route. Raises UserError if its choices are not possible."""
        if route is not None:
            route.check()
        self._change(route=route)

    def relabel(self, labels: Labels) -> None:
        """Replace the labels. Raises UserError if they do not fit the images."""
        labels.check(len(self.bundle.latents))
        self._change(labels=labels)

    def decode_as(self, label: int) -> None:
        """Choose the class with which a conditional model decodes.

        Listeners replace the bundle. Raises UserError if there is no such class.
        """
        classes = self.bundle.config.net.classes
        if not 0 <= label < classes:
            expected = f"a class of 0 to {classes - 1}" if classes else "a model that is given a class"
            raise UserError(f"class {label}: expected {expected}")
        self._change(label=label)

    def see_through(self, spec: ChartSpec | None) -> None:
        """See the bundle through another chart; None for the one that it opens with.

        Listeners replace the bundle, by `bundle.with_chart(state.chart)`.
        Raises UserError if the spec is not possible for it.
        """
        if spec is not None:
            spec = None if (spec := checked(spec, self.bundle.config.net.latent_dim)) == self.bundle.usual else spec
        self._change(chart=spec)

    def select(self, chosen: NDArray[np.bool_] | None, how: How = "instead") -> None:
        """Replace the selection by the images chosen (n,); None, or none of them, to select nothing.

        how: "add" them to the previous selection, or "subtract" them from it.
        """
        if self.state.selection is not None and chosen is not None and how != "instead":
            before = self.state.selection.chosen
            chosen = before | chosen if how == "add" else before & ~chosen
        elif how == "subtract":
            return
        now = self.state.selection
        if now is not None and chosen is not None and np.array_equal(now.chosen, chosen):
            return  # nothing to undo
        self._change(selection=Selection(chosen) if chosen is not None and chosen.any() else None)

    def invert_selection(self) -> None:
        """Select the visible images that are not selected."""
        selection = self.state.selection
        self.select(self.shown if selection is None else self.shown & ~selection.chosen)

    @property
    def shown(self) -> NDArray[np.bool_]:
        """The images of visible classes, bool (n,)."""
        label = self.bundle.latents.label
        if label is None or not self.state.hidden:
            return np.ones(len(self.bundle.latents), bool)
        return ~np.isin(label, list(self.state.hidden))

    def keep_own(self, own: OwnImage | None) -> None:
        """Set the user's own image, or none. The pad has its own undo."""
        self._set(replace(self.state, own=own))

    def keep_style(self, style: StyleChoice) -> None:
        """Keep what is chosen in Style transfer. It is nothing to undo: the map stays as it is."""
        self._set(replace(self.state, style=style))

    def place_sets(self, sets: tuple[OwnSet, ...]) -> None:
        """Set the sets of own images on the map. Raises UserError if there are too many."""
        if len(sets) > MOST_SETS:
            raise UserError(f"a map shows at most {MOST_SETS} sets of images: remove one first")
        self._change(sets=sets)

    def hide(self, hidden: frozenset[int]) -> None:
        """Hide these classes and show all others."""
        self._set(replace(self.state, hidden=hidden & frozenset(range(len(self.bundle.class_names)))))

    def toggle_class(self, label: int) -> None:
        """Hide a visible class, or show a hidden one."""
        self.hide(self.state.hidden ^ {label})

    def isolate_class(self, label: int) -> None:
        """Show this class alone, or all of them if it already is alone."""
        others = frozenset(range(len(self.bundle.class_names))) - {label}
        self.hide(frozenset() if self.state.hidden == others else others)

    def _put_pins(self, index: int, *instead: Pin) -> None:
        pins = self.state.pins
        self._change(pins=(*pins[:index], *instead, *pins[index + 1 :]))

    def _free_name(self) -> str:
        taken = {pin.name for pin in self.state.pins}
        return next(name for name in (f"Pin {n}" for n in range(1, len(taken) + 2)) if name not in taken)

    def _travel(self, state: State | None) -> None:
        if state is not None:
            now = self.state
            self._set(replace(state, hidden=now.hidden, chosen=now.chosen, own=now.own, style=now.style))
