"""A path as requested, and its latents if they depend on its way points alone."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths.asking import Reals
from latent_explorer.paths.curve import NO_MODEL, Curve
from latent_explorer.paths.frames import accumulated, positions
from latent_explorer.paths.registry import CURVES, EASINGS

FRAMES = range(2, 241)
"""The allowed numbers of frames."""
MOST_WAYS = 64
"""The maximum number of way points between the ends."""
_SAMPLES = 65  # places on each part of a curve by which its length is told


@dataclass(frozen=True, eq=False)
class Path:
    """A path from `start` (d,) to `end` (d,), walked in `frames` steps.

    curve: a key of CURVES. easing: a key of EASINGS. ways: float32 (k, d), way points between the ends, in order; None
    for none. beside: a key of CURVES, for a second path shown with it; at an even pace in pixels both have the same
    speed, so the shorter arrives first and waits. Empty for none.
    Raises UserError for other keys, for a number of frames outside 2 to 240, for more than 64 way points, and for
    places that are not finite or of different dimension.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    curve: str = "straight"
    frames: int = 48
    easing: str = "steady"
    ways: NDArray[np.float32] | None = None
    beside: str = ""

    def __post_init__(self) -> None:
        beside = self.beside or self.curve
        for value, known, what in (
            (self.curve, CURVES, "curve"),
            (self.easing, EASINGS, "easing"),
            (beside, CURVES, "curve"),
        ):
            if value not in known:
                raise UserError(f"unknown {what} {value!r}: expected one of {', '.join(known)}")
        if self.frames not in FRAMES:
            raise UserError(f"a path has {FRAMES[0]} to {FRAMES[-1]} frames, not {self.frames}")
        if self.start.shape != self.end.shape or self.start.ndim != 1:
            raise UserError(f"a path needs two ends of one dimension, found {self.start.shape} and {self.end.shape}")
        if not (np.isfinite(self.start).all() and np.isfinite(self.end).all()):
            raise UserError("a path needs finite ends")
        if self.ways is not None:
            self._check(self.ways)

    def _check(self, ways: NDArray[np.float32]) -> None:
        if ways.ndim != 2 or ways.shape[1] != len(self.start):
            raise UserError(f"way points: expected an array (k, {len(self.start)}), found {ways.shape}")
        if len(ways) > MOST_WAYS:
            raise UserError(f"a path has at most {MOST_WAYS} way points between its ends, not {len(ways)}")
        if not np.isfinite(ways).all():
            raise UserError("a path needs finite way points")

    @property
    def places(self) -> NDArray[np.float32]:
        """All its places, ends included, float32 (k, d), k >= 2."""
        between = np.zeros((0, len(self.start)), np.float32) if self.ways is None else self.ways
        return np.concatenate([self.start[None], between, self.end[None]]).astype(np.float32)

    @property
    def needs_model(self) -> bool:
        """Whether its curve or its pace depends on more than its places, so that the engine is needed: see `Walk`."""
        return CURVES[self.curve].needs_model or EASINGS[self.easing].needs_decoder


def path_latents(path: Path) -> NDArray[np.float32]:
    """The latents (frames, d) along a path, ends included exactly.

    Each of several parts has frames in proportion to its length in latent space. Raises UserError if the curve or the
    easing needs a model.
    """
    if path.needs_model:
        wanting = path.curve if CURVES[path.curve].needs_model else path.easing
        raise UserError(f"{wanting!r} cannot be told from the ends of a path alone: {NO_MODEL}")
    places, curve = path.places.astype(np.float64), CURVES[path.curve]
    t = EASINGS[path.easing](np.linspace(0, 1, path.frames))
    if len(places) == 2:
        latents = curve(places[0], places[1], t[:, None]).astype(np.float32)
    else:
        latents = _in_parts(places, curve, t)
    latents[0], latents[-1] = path.start, path.end
    return latents


def _in_parts(places: NDArray[np.float64], curve: Curve, t: NDArray[np.float64]) -> NDArray[np.float32]:
    """The latents (n, d) at shares of the path t (n,) on a curve through several places."""
    samples = np.linspace(0, 1, _SAMPLES)[:, None]
    legs: list[tuple[Reals, Reals]] = list(pairwise(places))
    lengths = [np.linalg.norm(np.diff(curve(a, b, samples), axis=0), axis=1).sum() for a, b in legs]
    marks = accumulated(np.array(lengths))
    at = positions(marks, marks, t)
    part = np.clip(np.searchsorted(marks, at, side="right") - 1, 0, len(legs) - 1)
    share = (at - marks[part]) / (marks[part + 1] - marks[part])
    found = [
        curve(legs[leg][0], legs[leg][1], np.full((1, 1), along))
        for leg, along in zip(part.tolist(), share.tolist(), strict=True)
    ]
    return np.concatenate(found).astype(np.float32)
