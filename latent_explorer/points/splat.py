"""Many points drawn at once into one image: in numpy or, once loaded, by compiled loops that do the same.

On a canvas each pixel holds the highest ink of the dots over it, rank << 24 | rgb, and the number of points they stand
for. So the result does not depend on the order of drawing. The count then sets the opacity of the pixel.
"""

import atexit
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.view import View
from latent_explorer.class_colours import SHAPES, Mark, mark_outline
from latent_explorer.points.levels import Entries, Rows

if TYPE_CHECKING:  # the window does not paint with it
    from PIL import Image

Pixels = Sequence[tuple[int, int]]
"""Offsets (dx, dy) from the pixel that holds a point's place."""
_log = logging.getLogger(__name__)
_FAINTEST = 0.5  # the opacity of a single point where many are usual
_RANKS = 128
_MARKED = 128  # added to the rank of what is drawn in its own colour, so that nothing grey covers it
_RED_BLUE, _GREEN = np.uint32(0xFF00FF), np.uint32(0xFF00)
_JOIN_SECONDS = 10.0
_PARTS, _COVERED = 8, 0.45  # a pixel is cut into, a side; and how much of it a mark covers that colours it
_NO_MARKS = np.zeros(0, bool)


@dataclass(frozen=True, eq=False)
class Ink:
    """How points are coloured.

    classes: uint32, rgb of each class, 0 for one that is not drawn. marks: the entries with that colour, the others
    being `grey`; None for all. usual: the count of points at which a pixel is opaque. shapes: the mark of each class,
    by the classes' numbers; empty if all are dots. rim: rgb of a thin line around each point, which separates it from
    pictures and from points below; 0 for none.
    """

    classes: NDArray[np.uint32]
    usual: float = 1.0
    marks: NDArray[np.bool_] | None = None
    grey: int = 0x808080
    shapes: Sequence[Mark] = ()
    rim: int = 0

    def stamps(self, diameter: int, *, hollow: bool) -> Iterator[tuple[Pixels, NDArray[np.uint32], int]]:
        """The pixels of each mark, the classes drawn with it, 0 for all others, and the colour of unmarked entries."""
        for pixels, own in self._marks_of_classes(diameter, hollow=hollow):
            yield pixels, own, self.grey
            if self.rim:
                yield around(pixels, rim_width(diameter)), np.where(own > 0, np.uint32(self.rim), own), self.rim

    def _marks_of_classes(self, diameter: int, *, hollow: bool) -> Iterator[tuple[Pixels, NDArray[np.uint32]]]:
        if not self.shapes:
            yield (ring if hollow else disc)(diameter), self.classes
            return
        marks = np.array([SHAPES.index(mark) for mark in self.shapes])
        for number in np.unique(marks).tolist():
            own, pixels = np.zeros_like(self.classes), stamp(SHAPES[number], diameter)
            own[: len(marks)] = np.where(marks == number, self.classes[: len(marks)], 0)
            yield outline(pixels) if hollow else pixels, own


class Splatter:
    """Draws entries of a PointIndex; reuses its canvas from one image to the next."""

    def __init__(self) -> None:
        self.compiled = True  # whether the compiled loops may be used
        self._shape = (0, 0, 0)
        self._inks = np.zeros(0, np.uint32)
        self._counts = np.zeros(0, np.float32)

    def image(
        self,
        entries: Entries,
        rows: Rows,
        ink: Ink,
        view: View,
        diameter: int,
        ratio: float = 1.0,
        *,
        hollow: bool = False,
    ) -> NDArray[np.uint32]:
        """An image uint32 (height, width), premultiplied ARGB, with a dot for each visible entry, 0 elsewhere.

        diameter: of a dot, in device pixels. ratio: device pixels per logical pixel of the view. hollow: dots are
        rings, if they are large enough.
        """
        width, height = round(view.width * ratio), round(view.height * ratio)
        reach = diameter + 2 * rim_width(diameter) if ink.rim else diameter
        row_length = width + 2 * reach  # a frame around the image takes the parts of dots that stick out
        self._make_room(height, width, reach)
        region = view.region
        frame = region.left, region.top, view.scale * ratio, width, height, reach
        image = np.empty((height, width), np.uint32)
        loops = compiled_loops() if self.compiled else None
        loops = loops or _PLAIN
        for pixels, classes, grey in ink.stamps(diameter, hollow=hollow):
            offsets = np.array([dy * row_length + dx for dx, dy in pixels], np.int64)
            loops.scatter(
                self._inks, self._counts, *rows, entries.u, entries.v, classes, entries.rank, entries.group,
                entries.count, _NO_MARKS if ink.marks is None else ink.marks, np.uint32(grey), frame, offsets,
            )  # fmt: skip
        bits = self._counts.view(np.int32)
        loops.shade(self._inks, bits, self._counts, _alphas(ink.usual), image, reach)
        return image

    def _make_room(self, height: int, width: int, diameter: int) -> None:
        if self._shape != (height, width, diameter):
            size = (height + 2 * diameter) * (width + 2 * diameter)
            self._shape = height, width, diameter
            self._inks, self._counts = np.zeros(size, np.uint32), np.zeros(size, np.float32)


def dots(
    xy: NDArray[np.floating], rgb: NDArray[np.integer], size: tuple[int, int], diameter: float, fine: int = 1,
    marks: NDArray[np.integer] | None = None,
) -> "Image.Image":  # fmt: skip
    """Opaque dots at pixels (n, 2) of a picture (width, height), on transparency, as RGBA.

    rgb: the colour of each (n,), 0xrrggbb. marks: the index in SHAPES of each mark (n,); without it all are round.
    fine: the factor by which they are enlarged, per side, and then reduced. Which of two is on top is random, but the
    same however they move. Those without a finite place are left out.
    """
    width, height = size
    kept = np.isfinite(xy).all(1)
    seen = np.maximum(rgb[kept], 1).astype(np.int64)  # to a splatter, 0 is not drawn
    looks, group = np.unique(seen if marks is None else marks[kept].astype(np.int64) << 24 | seen, return_inverse=True)
    colours, shapes = looks & 0xFFFFFF, [] if marks is None else [SHAPES[look] for look in (looks >> 24).tolist()]
    u, v = xy[kept].T.astype(np.float32)
    rank = np.random.default_rng(0).integers(0, _RANKS, len(xy), np.uint8)[kept]
    order, ones = np.arange(len(u)), np.ones(len(u), np.float32)
    entries = Entries(1, np.zeros_like(order), u, -v, group.astype(np.uint16), rank, ones, order, order)
    view, every = View(width / 2, -height / 2, 1.0, width, height), (np.array([0]), np.array([len(u)]))
    ink = Ink(colours.astype(np.uint32), shapes=shapes)
    drawn = Splatter().image(entries, every, ink, view, max(1, round(diameter * fine)), fine)
    from PIL import Image

    whole = Image.fromarray(drawn.view(np.uint8).reshape(*drawn.shape, 4), "RGBa")
    blue, green, red, alpha = (whole.reduce(fine) if fine > 1 else whole).split()
    return Image.merge("RGBa", (red, green, blue, alpha)).convert("RGBA")


class _Plain:
    """The loops in numpy, with the arguments of the compiled ones."""

    @staticmethod
    def scatter(
        inks: NDArray[np.uint32], counts: NDArray[np.float32], begin: NDArray[np.int64], end: NDArray[np.int64],
        u: NDArray[np.float32], v: NDArray[np.float32], ink: NDArray[np.uint32], rank: NDArray[np.uint8],
        group: NDArray[np.uint16], count: NDArray[np.float32], marks: NDArray[np.bool_], grey: np.uint32,
        frame: tuple[float, float, float, int, int, int], offsets: NDArray[np.int64],
    ) -> None:  # fmt: skip
        left, top, scale, width, height, diameter = frame
        half = diameter // 2
        i = ranges(begin, end)
        # subtracting in float64 first keeps deep zooms exact
        x, y = (np.take(u, i).astype(np.float64) - left) * scale, (top - np.take(v, i).astype(np.float64)) * scale
        seen = (x >= -half) & (x < width + half) & (y >= -half) & (y < height + half) & (np.take(ink, group[i]) > 0)
        i, x, y = np.compress(seen, i), np.compress(seen, x), np.compress(seen, y)
        own = np.take(ink, group[i]) | np.uint32(_MARKED << 24)
        written = (own if not len(marks) else np.where(marks[i], own, grey)) + (rank[i].astype(np.uint32) << 24)
        places = (y + diameter).astype(np.int64) * (width + 2 * diameter) + (x + diameter).astype(np.int64)
        weights = np.take(count, i)
        for offset in offsets:
            np.maximum.at(inks, places + offset, written)
            np.add.at(counts, places + offset, weights)

    @staticmethod
    def shade(
        inks: NDArray[np.uint32], bits: NDArray[np.int32], counts: NDArray[np.float32], alphas: NDArray[np.uint32],
        image: NDArray[np.uint32], diameter: int,
    ) -> None:  # fmt: skip
        height, width = image.shape
        dotted = np.flatnonzero(inks > 0)
        ink, alpha = np.take(inks, dotted), np.take(alphas, np.take(bits, dotted) >> 20)
        red_blue = (ink & _RED_BLUE) * (alpha + np.uint32(1)) >> np.uint32(8) & _RED_BLUE
        green = (ink & _GREEN) * (alpha + np.uint32(1)) >> np.uint32(8) & _GREEN
        inks[dotted] = alpha << np.uint32(24) | red_blue | green
        image[:] = inks.reshape(height + 2 * diameter, -1)[diameter : diameter + height, diameter : diameter + width]
        inks[dotted] = 0
        counts[dotted] = 0


_PLAIN: Any = _Plain
_loaded: Any = None
_loading: threading.Thread | None = None


def compiled_loops() -> Any:
    """The module of the compiled loops once it is loaded; None before."""
    return _loaded


def load_compiled() -> None:
    """Load the compiled loops in a thread, once; until then, and without numba, numpy draws."""
    global _loading
    if _loading is None:
        _loading = threading.Thread(target=_load, name="compiler", daemon=True)
        _loading.start()
        atexit.register(_loading.join, _JOIN_SECONDS)  # the compiler must not be cut off in the middle


def wait_for_compiled() -> None:
    """Load the compiled loops, and return when they are loaded or have failed."""
    load_compiled()
    assert _loading is not None
    _loading.join()


def _load() -> None:
    global _loaded
    try:
        from latent_explorer.points import kernels

        _try_out(kernels)
    except Exception:
        _log.exception("points are drawn without compiled loops")
    else:
        _loaded = kernels


def _try_out(loops: Any) -> None:
    """Compile the loops for the types that they are called with."""
    none, rows = np.zeros(0, np.float32), np.zeros(1, np.int64)
    inks, counts, image = np.zeros(9, np.uint32), np.zeros(9, np.float32), np.zeros((1, 1), np.uint32)
    frame = (0.0, 0.0, 1.0, 1, 1, 1)
    loops.scatter(
        inks, counts, rows, rows, none, none, np.zeros(1, np.uint32), np.zeros(0, np.uint8), np.zeros(0, np.uint16),
        none, _NO_MARKS, np.uint32(0), frame, rows,
    )  # fmt: skip
    marks, cell = np.zeros(0, bool), (1, 0.0, 0.0, 1.0, 1.0)
    loops.inside(rows, rows, rows, none, none, rows, cell, np.zeros((3, 4)), marks)
    loops.take_bits(np.zeros(0, np.uint8), rows, marks)
    loops.any_of(marks, rows, rows, rows, marks)
    loops.shade(inks, counts.view(np.int32), counts, _alphas(1.0), image, 1)


def ranges(begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """All integers of several ranges, in sequence."""
    lengths = end - begin
    ends = np.cumsum(lengths)
    found: NDArray[np.int64] = np.arange(lengths.sum()) + np.repeat(begin - (ends - lengths), lengths)
    return found


def _alphas(usual: float) -> NDArray[np.uint32]:
    """The opacity for each count, looked up by the highest 12 bits of the count as float32; it grows like a
    logarithm."""
    last = int(np.float32(3e38).view(np.int32)) >> 20
    counts = (np.arange(last + 1, dtype=np.int32) << 20).view(np.float32).astype(np.float64)
    share = np.clip(np.log1p(counts) / np.log1p(max(usual, 1.0)), 0, 1)
    alphas: NDArray[np.uint32] = np.round(255 * (_FAINTEST + (1 - _FAINTEST) * share)).astype(np.uint32)
    alphas[0] = 0
    return alphas


def disc(diameter: int) -> list[tuple[int, int]]:
    """The pixels of a round dot, as offsets (dx, dy) from the pixel of its place."""
    middle, limit = (diameter - 1) / 2, (diameter / 2) ** 2
    start = -((diameter - 1) // 2)
    steps = range(diameter)
    inside = [(i, j) for j in steps for i in steps if (i - middle) ** 2 + (j - middle) ** 2 <= limit]
    return [(i + start, j + start) for i, j in inside]


@lru_cache(maxsize=256)
def stamp(mark: Mark, diameter: int) -> list[tuple[int, int]]:
    """The pixels of a mark, as offsets (dx, dy) from the pixel of its place: those that it covers by half."""
    if mark in ("disc", "ring"):
        return disc(diameter) if mark == "disc" else ring(diameter)
    start = -((diameter - 1) // 2)
    places = (np.arange(_PARTS * diameter) + 0.5) / (_PARTS * diameter) * 2 - 1
    corners = np.array(mark_outline(mark))
    covered = _inside(places, corners).reshape(diameter, _PARTS, diameter, _PARTS).mean((1, 3))
    return [(i + start, j + start) for j, i in np.argwhere(covered >= _COVERED).tolist()] or disc(diameter)


def _inside(places: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each place of a grid, rows of y and columns of x, is inside a polygon (k, 2), by the even-odd rule."""
    x, y = places[None, :], places[:, None]
    odd = np.zeros((len(places), len(places)), bool)
    for (x0, y0), (x1, y1) in zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True):
        if y0 != y1:
            odd ^= ((y >= y0) != (y >= y1)) & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    return odd


def ring(diameter: int) -> list[tuple[int, int]]:
    """The pixels at the rim of a round dot: all of them if it is small."""
    thick = max(1, round(diameter / 6))
    inner = set(disc(diameter - 2 * thick)) if diameter > 2 * thick + 1 else set()
    return [pixel for pixel in disc(diameter) if pixel not in inner]


def outline(pixels: Pixels) -> list[tuple[int, int]]:
    """Those of a mark's pixels that lie at its edge."""
    own = set(pixels)
    return [(x, y) for x, y in pixels if not own.issuperset(((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)))]


def rim_width(diameter: int) -> int:
    """How thick the line around a point is."""
    return max(1, round(diameter / 8))


@lru_cache(maxsize=256)
def _near(width: int) -> tuple[tuple[int, int], ...]:
    steps = range(-width, width + 1)
    return tuple((i, j) for j in steps for i in steps if i**2 + j**2 <= (width + 0.5) ** 2)


def around(pixels: Pixels, width: int) -> list[tuple[int, int]]:
    """The pixels around a mark, so thick."""
    own = set(pixels)
    return sorted({(x + i, y + j) for x, y in own for i, j in _near(width)} - own)
