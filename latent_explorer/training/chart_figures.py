"""The figures of a chart: its neighbourhoods, its pictures, and how well the veil predicts their errors."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.analysis import WholeMap
from latent_explorer.bundles import Latents
from latent_explorer.charts import Chart, bulk
from latent_explorer.data.dataset import Dataset
from latent_explorer.fields.expectation import expectation
from latent_explorer.fields.seen_map import SeenMap
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.trust_figures import Judge, Places, in_batches

Pictures = NDArray[np.float32]
_SIDE = 64  # pictures along each side of the map for the smoothness
_MOST = 8_000  # held-out images that are measured


@dataclass(frozen=True)
class ChartFigures(FigureSet):
    """The figures of a chart; None if one cannot be measured.

    trustworthiness, continuity: see `analysis.Projection`; of `queries` images, each ranked against all. decoded_mse:
    between held-out images and the pictures decoded at their places on the map, on pixels in [0, 1]. smoothness: the
    mean absolute difference between neighbours in a grid of 64 x 64 pictures over the map, where there are data; less
    is smoother. veil_spearman: the rank correlation of the errors with the values of the veil at those places, learnt
    from other images. fit_cpu_seconds: of the fit, 0 for none.
    """

    trustworthiness: float
    continuity: float
    queries: int
    decoded_mse: float | None
    smoothness: float
    veil_spearman: float | None
    fit_cpu_seconds: float | None


class ChartJudge:
    """Measures charts of a bundle: its model on a device, its latents, and its dataset, if available."""

    def __init__(self, model: LatentModel, latents: Latents, dataset: Dataset | None, device: torch.device) -> None:
        self._latents, self._dataset = latents, dataset
        self._judge = Judge(model, latents, device)
        test = np.setdiff1d(np.flatnonzero(latents.split == 1), self._judge.held.numbers)
        self._test = np.sort(np.random.default_rng(1).permutation(test)[:_MOST])

    def whole(self, chart: Chart) -> WholeMap:
        """How well the map of a chart keeps the neighbourhoods of latent space."""
        *_, found = SeenMap(chart, self._latents.mean).projection.whole()
        assert found is not None
        return found

    def measure(self, chart: Chart, whole: WholeMap) -> ChartFigures:
        """All figures of a chart. whole: of its map; the same for charts that differ only in their inverse."""
        seen = SeenMap(chart, self._latents.mean)
        error, veil = self._errors(seen)
        took = getattr(chart, "fit_seconds", None)
        return ChartFigures(
            trustworthiness=whole.trustworthiness,
            continuity=whole.continuity,
            queries=whole.queries,
            decoded_mse=None if error is None else float(error.mean()),
            smoothness=self._smoothness(seen),
            veil_spearman=None if error is None or veil is None else spearman(veil, error),
            fit_cpu_seconds=float(took[1]) if took is not None else None if hasattr(chart, "points") else 0.0,
        )

    def _errors(self, seen: SeenMap) -> tuple[NDArray[np.float64] | None, NDArray[np.floating] | None]:
        """For held-out images: the errors of the pictures at their places, and the veil's values there."""
        test = self._test
        if self._dataset is None or not len(test):
            return None, None
        z = seen.chart.to_latent(seen.uv[test])
        error = self._judge.error(z, self._dataset, self._latents.images(test))
        return error, self._veil(seen, z)

    def _veil(self, seen: SeenMap, z: Places) -> NDArray[np.floating]:
        if not seen.invents:
            return self._judge.scores(z)
        known = self._judge.known
        *_, expected = expectation(known, seen, in_batches, without=self._test)
        assert expected is not None
        return expected.error(known.measure, seen.uv[self._test], z)

    def _smoothness(self, seen: SeenMap) -> float:
        """The mean difference between horizontal and vertical neighbours, both within the data."""
        home = bulk(seen.uv)
        edges = [np.linspace(low, high, _SIDE + 1) for low, high in zip(home.min(0), home.max(0), strict=True)]
        amid = np.histogram2d(home[:, 0], home[:, 1], bins=edges)[0] > 0
        u, v = ((side[1:] + side[:-1]) / 2 for side in edges)
        nodes = np.stack(np.meshgrid(u, v, indexing="ij"), -1).reshape(-1, 2)
        total, count = 0.0, 0
        above: tuple[Pictures, NDArray[np.bool_]] | None = None
        for row, there in zip(np.split(seen.chart.to_latent(nodes), _SIDE), amid, strict=True):
            pictures = self._judge.pictures(row)
            pairs = [(pictures[:-1], pictures[1:], there[:-1] & there[1:])]
            if above is not None:
                pairs.append((above[0], pictures, above[1] & there))
            for one, other, both in pairs:
                total += float(np.abs(one[both] - other[both]).mean(1).sum())
                count += int(both.sum())
            above = pictures, there
        return total / max(count, 1)


def spearman(one: NDArray[np.floating], other: NDArray[np.floating]) -> float | None:
    """The rank correlation of two series (n,); None if one of them is constant."""
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)
