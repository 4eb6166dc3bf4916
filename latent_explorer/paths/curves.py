"""Straight and spherical paths, and the pace at which they are walked."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

Latents = NDArray[np.float64]

FRAMES = range(2, 241)
"""How many frames a path may have."""


def _straight(start: Latents, end: Latents, t: Latents) -> Latents:
    return (1 - t) * start + t * end


def _spherical(start: Latents, end: Latents, t: Latents) -> Latents:
    """Great-circle interpolation (Shoemake 1985) of the directions, with the radius in linear proportion.

    Straight where no great circle is singled out: an end at the origin, or both ends on one line through it.
    """
    radii = np.linalg.norm(start), np.linalg.norm(end)
    if min(radii) < 1e-9:
        return _straight(start, end, t)
    unit_start, unit_end = start / radii[0], end / radii[1]
    angle = 2 * math.atan2(np.linalg.norm(unit_start - unit_end), np.linalg.norm(unit_start + unit_end))
    if math.sin(angle) < 1e-6:
        return _straight(start, end, t)
    direction = (np.sin((1 - t) * angle) * unit_start + np.sin(t * angle) * unit_end) / math.sin(angle)
    walked: Latents = direction * ((1 - t) * radii[0] + t * radii[1])
    return walked


CURVES: dict[str, Callable[[Latents, Latents, Latents], Latents]] = {"straight": _straight, "spherical": _spherical}

EASINGS: dict[str, Callable[[Latents], Latents]] = {
    "steady": lambda t: t,
    "gentle": lambda t: t * t * (3 - 2 * t),
}


@dataclass(frozen=True, eq=False)
class Path:
    """A path from `start` (d,) to `end` (d,), walked in `frames` steps.

    curve: a key of CURVES. easing: a key of EASINGS. Raises UserError for any other, for a number of frames outside
    2 to 240, and for ends that are not finite or of different dimension.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    curve: str = "straight"
    frames: int = 48
    easing: str = "steady"

    def __post_init__(self) -> None:
        for value, known, what in ((self.curve, CURVES, "curve"), (self.easing, EASINGS, "easing")):
            if value not in known:
                raise UserError(f"unknown {what} {value!r}: expected one of {', '.join(known)}")
        if self.frames not in FRAMES:
            raise UserError(f"a path has {FRAMES[0]} to {FRAMES[-1]} frames, not {self.frames}")
        if self.start.shape != self.end.shape or self.start.ndim != 1:
            raise UserError(f"a path needs two ends of one dimension, found {self.start.shape} and {self.end.shape}")
        if not (np.isfinite(self.start).all() and np.isfinite(self.end).all()):
            raise UserError("a path needs finite ends")


def path_latents(path: Path) -> NDArray[np.float32]:
    """The latents (frames, d) along a path, ends included exactly."""
    t = EASINGS[path.easing](np.linspace(0, 1, path.frames))[:, None]
    latents = CURVES[path.curve](path.start.astype(np.float64), path.end.astype(np.float64), t).astype(np.float32)
    latents[0], latents[-1] = path.start, path.end
    return latents
