"""Paths for Python callers: the latents from one place to another, possibly through others, along any curve."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.array_like import as_latents
from latent_explorer.errors import UserError
from latent_explorer.paths.curves import Path, path_latents
from latent_explorer.paths.walking import WalkedPath


class Walks(Protocol):
    """A model that walks paths, as returned by `latent_explorer.open_bundle`."""

    def walk_path(self, path: Path) -> WalkedPath: ...


def walk(
    start: Any,
    end: Any,
    frames: int = 48,
    *,
    curve: str = "straight",
    easing: str = "steady",
    ways: Any = None,
    model: Walks | None = None,
) -> NDArray[np.float32]:
    """The latents float32 (frames, d) along a named curve, with exact ends.

    start, end: latents (d,) as arrays, tensors or lists. frames: 2 to 240, both ends included. curve: one of
    `paths.CURVES`. easing: "steady" for even steps, "gentle" for slow ones at both ends, "even" for equal changes of
    the picture. ways: latents (k, d), way points in between. model: a bundle, for curves and easings that need one.
    Raises UserError if places do not fit each other or are not finite, for invalid frames, curve or easing, and if a
    model is needed and missing, or lacks what the curve needs.

    >>> from latent_explorer import open_bundle, paths
    >>> bundle = open_bundle("mnist-ae-2d")
    >>> strip = bundle.decode(paths.walk(bundle.latents.mean[0], bundle.latents.mean[1], 24, curve="spherical"))
    >>> strip.shape
    (24, 28, 28, 1)
    """
    path = path_between(start, end, frames, curve=curve, easing=easing, ways=ways)
    return path_latents(path) if model is None else model.walk_path(path).latents


def measure(
    start: Any,
    end: Any,
    frames: int = 48,
    *,
    curve: str = "straight",
    easing: str = "even",
    ways: Any = None,
    model: Walks,
) -> WalkedPath:
    """The same with its measurements, and with the straight line through the same places; see `PathFigures`."""
    return model.walk_path(path_between(start, end, frames, curve=curve, easing=easing, ways=ways))


def path_between(
    start: Any, end: Any, frames: int = 48, *, curve: str = "straight", easing: str = "steady", ways: Any = None
) -> Path:
    """The path that `walk` walks. Raises UserError like it."""
    ends = [as_latents(value, None, name) for value, name in ((start, "start"), (end, "end"))]
    for place, name in zip(ends, ("start", "end"), strict=True):
        if place.ndim != 1:
            raise UserError(f"{name}: expected one latent (d,), found an array {place.shape}")
    between = None if ways is None or not len(ways) else np.atleast_2d(as_latents(ways, None, "ways"))
    return Path(ends[0], ends[1], curve, frames, easing, between)


def straight(start: Any, end: Any, frames: int = 48, *, easing: str = "steady") -> NDArray[np.float32]:
    """The latents float32 (frames, d) on the line from `start` to `end`; see `walk`.

    >>> from latent_explorer import paths
    >>> paths.straight([0.0, 0.0], [1.0, 2.0], frames=3).tolist()
    [[0.0, 0.0], [0.5, 1.0], [1.0, 2.0]]
    """
    return walk(start, end, frames, curve="straight", easing=easing)


def spherical(start: Any, end: Any, frames: int = 48, *, easing: str = "steady") -> NDArray[np.float32]:
    """The latents float32 (frames, d) along a great circle, with linear interpolation of the radius; see `walk`.

    Shoemake 1985, "Animating rotation with quaternion curves". Straight if no great circle is unique: an end at the
    origin, or both ends on one line through it.

    >>> from latent_explorer import paths
    >>> paths.spherical([0.0, 2.0], [2.0, 0.0], frames=3).round(3)
    array([[0.   , 2.   ],
           [1.414, 1.414],
           [2.   , 0.   ]], dtype=float32)
    """
    return walk(start, end, frames, curve="spherical", easing=easing)


def geodesic(start: Any, end: Any, frames: int = 48, *, model: Walks, easing: str = "even") -> NDArray[np.float32]:
    """The latents float32 (frames, d) along the shortest path in decoded pixels that stays near the data; see `walk`.

    Arvanitidis et al. 2018, "Latent space oddity". The straight line if nothing shorter is found.
    """
    return walk(start, end, frames, curve="geodesic", easing=easing, model=model)


def density(start: Any, end: Any, frames: int = 48, *, model: Walks, easing: str = "even") -> NDArray[np.float32]:
    """The latents float32 (frames, d) of a path through dense data; see `walk`."""
    return walk(start, end, frames, curve="density", easing=easing, model=model)


def same_class(start: Any, end: Any, frames: int = 48, *, model: Walks, easing: str = "even") -> NDArray[np.float32]:
    """The latents float32 (frames, d) of a path through images of the class at both ends; see `walk`.

    Raises UserError if the ends are among images of different classes.
    """
    return walk(start, end, frames, curve="same_class", easing=easing, model=model)


def through_images(
    start: Any, end: Any, frames: int = 48, *, model: Walks, easing: str = "even"
) -> NDArray[np.float32]:
    """The latents float32 (frames, d) of a path from image to image along the graph of neighbours; see `walk`."""
    return walk(start, end, frames, curve="through_images", easing=easing, model=model)
