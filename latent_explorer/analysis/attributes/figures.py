"""How well walks change one attribute: by measures that no walk follows, and a classifier that has seen real images."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from latent_explorer.analysis.attributes.directions import POINTS
from latent_explorer.analysis.attributes.learning import at_once
from latent_explorer.analysis.attributes.measures import Pictures, Values
from latent_explorer.analysis.attributes.walking import STEPS, AttributeWalker
from latent_explorer.steps import finished

Recognise = Callable[[Pictures], NDArray[np.int64]]
"""The classes (n,) of pictures (n, h, w, c)."""
METHODS = ("local", "linear", "difference")
_DEVIATIONS = 2.0


@dataclass(frozen=True)
class WalkFigures:
    """Those of walks of one attribute, over all images, by the scored measures.

    rank_correlation: of the measured attribute with the step, for each image; their mean. pooled_rank_correlation: with
    the value that was asked for, over all images and steps. leakage: how much the others change for each deviation that
    the attribute does, in deviations, by regression over all images; the mean of their sizes. leakage_absolute: the
    same from the mean sizes of the changes at both ends, accidental ones included. class_kept: the share of ends that
    are recognised as what the picture in the middle is; None without a classifier. moved: deviations by which the
    attribute changed, of those asked for.
    """

    rank_correlation: float
    pooled_rank_correlation: float
    leakage: float
    leakage_absolute: float
    class_kept: float | None
    moved: float
    asked: float


def figures(
    walker: AttributeWalker, z: NDArray[np.float32], recognise: Recognise | None
) -> Iterator[tuple[str, str, str, dict[str, float | None]]]:
    """The figures of walks from latents (n, d), as (range, attribute, method, figures), as they come.

    Ranges: "of_class" ends at two deviations from the mean of the class, as far as its images go; "of_image" two
    deviations from where the image is. Linear directions are walked as far.
    """
    judge = _Judge(walker, z, recognise)
    for by, span in ((None, "of_class"), (_DEVIATIONS, "of_image")):
        for place, name in enumerate(walker.learned.measuring.names):
            asked = judge.asked(place, by)
            for method in METHODS:
                path = judge.path(method, place, asked, by)
                yield span, name, method, asdict(judge.judged(path, place, asked))


class _Judge:
    """Judges walks from some latents (n, d)."""

    def __init__(self, walker: AttributeWalker, z: NDArray[np.float32], recognise: Recognise | None) -> None:
        self._walker, self._z, self._recognise = walker, z, recognise
        self._learned = walker.learned
        self._now = finished(walker.measured(z))
        self._own = self._learned.classes.nearest(z)
        self._seen = None if recognise is None else self._of(z, recognise)

    def asked(self, place: int, by: float | None) -> Values:
        """The values (n, POINTS) that are asked for."""
        value, spread = self._now[:, place], self._learned.spread[place]
        if by is None:
            low, high = self._walker.ends(self._now, self._own, place)
        else:
            low, high = value - by * spread, value + by * spread
        share = np.arange(1, STEPS + 1) / STEPS
        down, up = ((end - value)[:, None] * share + value[:, None] for end in (low, high))
        return np.concatenate([down[:, ::-1], value[:, None], up], axis=1)

    def path(self, method: str, place: int, asked: Values, by: float | None) -> NDArray[np.float32]:
        """The latents (n, POINTS, d) of walks by a method."""
        if method == "local":
            return finished(self._walker.walk(self._z, place, by))
        step = (self._learned.linear if method == "linear" else self._learned.difference)[place]
        far = (asked - self._now[:, [place]]) / self._learned.spread[place]
        return np.asarray(self._z[:, None] + far[..., None] * step, np.float32)

    def judged(self, path: NDArray[np.float32], place: int, asked: Values) -> WalkFigures:
        """The figures of walks (n, POINTS, d) of the attribute at `place`."""
        count, others = len(path), self._learned.measuring.others(place)
        flat = path.reshape(-1, path.shape[2])
        scored = np.asarray(self._of(flat, self._learned.measuring.scored), np.float64).reshape(count, POINTS, -1)
        scored = scored / self._learned.scored_spread
        moved = scored - scored[:, [STEPS]]
        own = moved[:, :, place]
        ends = moved[:, [0, -1]]
        slope = np.einsum("nkm,nk->m", moved, own) / max(float(np.square(own).sum()), 1e-12)
        size = np.abs(ends).mean((0, 1))
        return WalkFigures(
            float(np.mean([_rank_correlation(np.arange(POINTS), each) for each in scored[:, :, place]])),
            _rank_correlation(asked.ravel(), scored[:, :, place].ravel()),
            float(np.abs(slope[others]).mean()) if others else 0.0,
            float((size[others] / max(size[place], 1e-12)).mean()) if others else 0.0,
            self._kept(path),
            float((own[:, -1] - own[:, 0]).mean() / 2),
            float((asked[:, -1] - asked[:, 0]).mean() / 2 / self._learned.spread[place]),
        )

    def _kept(self, path: NDArray[np.float32]) -> float | None:
        if self._recognise is None or self._seen is None:
            return None
        return float(np.mean([self._of(path[:, end], self._recognise) == self._seen for end in (0, -1)]))

    def _of(self, z: NDArray[np.float32], work: Callable[[Pictures], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([made for _, made in at_once(z, lambda piece: work(self._walker.decode(piece)))])


def _rank_correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Spearman's; 0 where one of them is constant."""
    ranks = rankdata(a), rankdata(b)
    apart = [each - each.mean() for each in ranks]
    size = float(np.sqrt(np.square(apart[0]).sum() * np.square(apart[1]).sum()))
    return float(apart[0] @ apart[1]) / size if size else 0.0
