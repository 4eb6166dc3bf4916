"""A path walked with a model: the frames of any curve, its measurements, and the straight line for comparison."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths.asking import Pixels, Reals, Steps, pictures_of
from latent_explorer.paths.curves import Path
from latent_explorer.paths.figures import PathFigures, figures_of
from latent_explorer.paths.frames import accumulated, along, positions, waiting
from latent_explorer.paths.registry import CURVES, EASINGS
from latent_explorer.paths.space import Space

_WAYS = 6  # that are kept for the walks beside them
_SAMPLES = 129  # places on each part of a curve that depends on its ends alone
_ROUNDS, _EVEN = 8, 1.01  # how often frames are moved to be evenly apart, and what counts as even: greatest to mean


@dataclass(frozen=True, eq=False)
class WholeWay:
    """A complete path: its places (m, d), the indices of its way points, int (k,), and the positions of the places.

    decoded: in decoded pixels (m,), or None without a decoder; latent: in latent space (m,).
    """

    z: Reals
    marks: NDArray[np.int64]
    latent: Reals
    decoded: Reals | None

    @property
    def length(self) -> float | None:
        """Its decoded length."""
        return None if self.decoded is None else float(self.decoded[-1])


@dataclass(frozen=True, eq=False)
class WalkedPath:
    """The result for a path: its latents float32 (frames, d) and its figures, and those of the straight line.

    The straight line goes through the same way points, at the same pace.
    """

    latents: NDArray[np.float32]
    figures: PathFigures
    straight: NDArray[np.float32]
    straight_figures: PathFigures


def walk_steps(path: Path, space: Space) -> Steps[WalkedPath]:
    """Walk a path in a space, with questions. Raises UserError if the space lacks what the curve or the easing
    needs."""
    _check(path, space)
    walked = _kept_way if _has_one_speed(path) else _way
    way = yield from walked(path, space)
    unbent = way if path.curve == "straight" else (yield from walked(replace(path, curve="straight"), space))
    moving = yield from _moving(path, way, space)
    latents, pixels = yield from _framed(replace(path, frames=moving), way, space)
    figures = yield from figures_of(space, latents, pixels, way.length, unbent.length)
    exact, figures = waiting(_exact(latents, path), path.frames), figures.waiting(path.frames)
    if path.curve == "straight":
        return WalkedPath(exact, figures, exact, figures)
    beside, beside_pixels = yield from _framed(path, unbent, space)
    beside_figures = yield from figures_of(space, beside, beside_pixels, unbent.length, unbent.length)
    return WalkedPath(exact, figures, _exact(beside, path), beside_figures)


def _check(path: Path, space: Space) -> None:
    if len(path.start) != space.dimensions:
        raise UserError(f"this model has latents of {space.dimensions} dimensions, and the path of {len(path.start)}")
    curve, easing = CURVES[path.curve], EASINGS[path.easing]
    lacking = (curve.name, curve.lacks_in(space)), (easing.name, easing.lacks(decodes=space.decodes))
    for name, reason in lacking:
        if reason:
            raise UserError(f"no path {name!r} here: {reason}")


def _exact(latents: Reals, path: Path) -> NDArray[np.float32]:
    """The frames as float32, with exact ends."""
    found = latents.astype(np.float32)
    found[0], found[-1] = path.start, path.end
    return found


def _way(path: Path, space: Space) -> Steps[WholeWay]:
    """The complete path through all places."""
    curve, places, parts = CURVES[path.curve], path.places.astype(np.float64), []
    for start, end in pairwise(places):
        if curve.leg is None:
            part = curve(start, end, np.linspace(0, 1, _SAMPLES)[:, None])
        else:
            part = yield from curve.leg(space, start, end)
        parts.append(part)
    z, marks = _joined(parts)
    latent = accumulated(np.linalg.norm(np.diff(z, axis=0), axis=1))
    if not space.decodes:
        return WholeWay(z, marks, latent, None)
    pixels = yield from pictures_of(z)
    return WholeWay(z, marks, latent, accumulated(_apart(pixels)))


def _joined(parts: Iterable[Reals]) -> tuple[Reals, NDArray[np.int64]]:
    """Polylines end to end, and the indices of their ends."""
    found, marks = [], [0]
    for number, part in enumerate(parts):
        found.append(part if number == 0 else part[1:])
        marks.append(marks[-1] + len(part) - 1)
    return np.concatenate(found), np.array(marks)


def _apart(pixels: Pixels) -> Reals:
    apart: Reals = np.linalg.norm(np.diff(pixels, axis=0), axis=1).astype(np.float64)
    return apart


_UNDER_WAY = object()  # where a way is being computed for another walk


def _kept_way(path: Path, space: Space) -> Steps[WholeWay]:
    """The same, kept for the walk of the second curve, which waits if it is being computed."""
    key, ways = (path.curve, path.places.tobytes()), space.kept.setdefault("ways", {})
    while ways.get(key) is _UNDER_WAY:
        yield None
    if key not in ways:
        ways[key] = _UNDER_WAY
        try:
            ways[key] = yield from _way(path, space)
        except BaseException:  # one that is given up, too
            del ways[key]
            raise
        for before in [each for each, way in ways.items() if way is not _UNDER_WAY][:-_WAYS]:
            del ways[before]
    found: WholeWay = ways[key]
    return found


def _has_one_speed(path: Path) -> bool:
    """Whether the pace of a path depends on the one beside it."""
    return bool(path.beside) and EASINGS[path.easing].needs_decoder


def _moving(path: Path, way: WholeWay, space: Space) -> Steps[int]:
    """The number of frames in which a path moves: all, unless another one at the same speed takes longer."""
    if not _has_one_speed(path) or CURVES[path.beside].lacks_in(space):
        return path.frames
    try:
        other = yield from _kept_way(replace(path, curve=path.beside), space)
    except UserError:  # there is no such path here, which is said where it is asked for
        return path.frames
    longest = max(way.length or 0.0, other.length or 0.0)
    share = (way.length or 0.0) / longest if longest > 0 else 1.0
    return max(2, round((path.frames - 1) * share) + 1)


def _framed(path: Path, way: WholeWay, space: Space) -> Steps[tuple[Reals, Pixels | None]]:
    """The frames (n, d) on a path at its pace, and their pixels (n, p) if there is a decoder."""
    easing = EASINGS[path.easing]
    eased = easing(np.linspace(0, 1, path.frames))
    lengths = way.decoded if easing.needs_decoder and way.decoded is not None else way.latent
    at = positions(lengths, lengths[way.marks], eased)
    z = along(way.z, lengths, at)
    if not space.decodes:
        return z, None
    pixels = yield from pictures_of(z)
    if easing.needs_decoder:
        z, pixels = yield from _evened(way, lengths, at, z, pixels)
    return z, pixels


def _evened(way: WholeWay, lengths: Reals, at: Reals, z: Reals, pixels: Pixels) -> Steps[tuple[Reals, Pixels]]:
    """The frames moved along the path until all steps are equal; way points stay frames.

    Where a path bends, the straight distances between frames, which are what one sees, are not those along it. Where it
    turns back within a step a round need not improve it: the best is taken.
    """
    even, best, least = np.linspace(0, 1, len(at)), (z, pixels), _unevenness(pixels)
    for _ in range(_ROUNDS):
        if least <= _EVEN:
            break
        so_far = accumulated(_apart(pixels))
        marks = np.interp(lengths[way.marks], at, so_far)
        at = np.interp(positions(so_far, marks, even), so_far, at)
        z = along(way.z, lengths, at)
        pixels = yield from pictures_of(z)
        if (greatest := _unevenness(pixels)) < least:
            best, least = (z, pixels), greatest
    return best


def _unevenness(pixels: Pixels) -> float:
    """The largest step divided by the mean; 1 if all frames look the same."""
    steps = _apart(pixels)
    mean = float(steps.mean())
    return float(steps.max()) / mean if mean > 0 else 1.0
