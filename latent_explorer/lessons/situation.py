"""What the window shows and what the pointer has done, as far as lessons ask for it; free of Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

EMPTY = 0.02
"""A place is empty where the nearest image is farther away than this share of the map's width."""


@dataclass(frozen=True)
class PlaceSeen:
    """A place of a map. at: in latent space, or on the plane. label: the class of the nearest image; empty for none.

    gap: how far that image is, in widths of the map. inside: whether the place lies where most of the images do.
    """

    at: tuple[float, ...] = ()
    label: str = ""
    gap: float = 0.0
    inside: bool = True

    @property
    def empty(self) -> bool:
        """Whether it is a hole between images."""
        return self.inside and self.gap > EMPTY


@dataclass(frozen=True)
class PathSeen:
    """A path. curve, compare: by name, the second empty for none. through: how many way points it has."""

    start: PlaceSeen
    end: PlaceSeen
    curve: str = "straight"
    compare: str = ""
    through: int = 0


@dataclass(frozen=True)
class MapSeen:
    """One map. model: the name of what is open. chart: a kind. layers: those that are shown, with their opacity.

    colour: what points are coloured by, by name. classes: the names of those shown. zoom: 1 where all is seen.
    selected: how many images are. decoded_as: the class that a conditional decoder is given. frame: of the filmstrip.
    """

    model: str = ""
    chart: str = ""
    layers: Mapping[str, float] = field(default_factory=dict)
    colour: str = "class"
    classes: frozenset[str] = frozenset()
    pins: tuple[PlaceSeen, ...] = ()
    path: PathSeen | None = None
    zoom: float = 1.0
    selected: int = 0
    decoded_as: str = ""
    frame: int = 0


@dataclass(frozen=True)
class RunSeen:
    """A run of training. epoch: which it is at. whole: whether its model is there."""

    epoch: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Situation:
    """What there is at one moment. maps: from left to right. active: the one that a person works with, by its place.

    panels: the titles of those in sight. linked, anchors, fitted: of two maps. runs: of training, by name. alarms:
    where the threshold for anomalies is, as the share of held-out images above it; None where none is seen. against:
    what the model's images are compared with. exported: how many files were written since the program began.
    """

    maps: tuple[MapSeen, ...] = ()
    active: int = 0
    panels: frozenset[str] = frozenset()
    linked: bool = False
    anchors: int = 0
    fitted: bool = False
    runs: Mapping[str, RunSeen] = field(default_factory=dict)
    alarms: float | None = None
    against: str = ""
    exported: int = 0

    def of(self, model: str = "") -> MapSeen:
        """The map of a model; the active one where none is named; an empty one where there is none."""
        if model:
            return next((each for each in self.maps if each.model == model), MapSeen())
        return self.maps[self.active] if self.active < len(self.maps) else MapSeen()


@dataclass(frozen=True)
class Pointed:
    """What the pointer has done since it was last looked at. model: of the map under it.

    moved: in widths of the map. seconds: how long it was there. linked: whether the other map shows where it goes.
    lens: whether a lens is held open. beside: whether what is decoded lies beside the map's surface.
    """

    model: str
    place: PlaceSeen
    moved: float = 0.0
    seconds: float = 0.0
    linked: bool = False
    lens: bool = False
    beside: bool = False


class Trail:
    """What the pointer has done since a step began. frames: those of the filmstrip that were seen.

    Stretches of the same kind are added up, so that a lesson may be left open for days.
    """

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str, bool, bool, bool, bool], Pointed] = {}
        self.frames: set[int] = set()

    def add(self, pointed: Pointed) -> None:
        """The pointer was there."""
        place = pointed.place
        key = pointed.model, place.label, place.empty, pointed.linked, pointed.lens, pointed.beside
        before = self._kinds.get(key)
        if before is not None:
            moved, seconds = before.moved + pointed.moved, before.seconds + pointed.seconds
            pointed = replace(pointed, moved=moved, seconds=seconds)
        self._kinds[key] = pointed

    @property
    def stretches(self) -> tuple[Pointed, ...]:
        """One of each kind, added up."""
        return tuple(self._kinds.values())


@dataclass(frozen=True)
class SinceBegun:
    """What is known of a step. began, now: the situation when it began, and now. new: whether what was there then does
    not count."""

    began: Situation
    now: Situation
    trail: Trail
    new: bool = False
