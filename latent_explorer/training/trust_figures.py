"""How well trust separates the latents of images from other places, on images that it was not calibrated on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood, Trust
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.charts import chart_for
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError
from latent_explorer.fields import FieldInput, calibration, held_out_of, returned_by
from latent_explorer.fields.field import Measure
from latent_explorer.fields.seen_map import pixels
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.evaluate import encode
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.images import EVALUATION_BATCH, Images, evenly

_MOST = 8_000  # test images that are scored, and not used for calibration
_OTHERS = 2_000  # other places of each kind
_WORSE = 2.0  # times the typical error

Places = NDArray[np.float32]


@dataclass(frozen=True)
class TrustFigures(FigureSet):
    """Shares outside, and areas under the ROC curve of places against test images; None if not measured.

    trust_test_outside: the share of test images, none of them used for calibration, that are not called inside the
    data. trust_midpoints_...: for midpoints between two random images. trust_map_...: for the places of the map that
    show test images (their projections, in more than two dimensions). trust_map_worse: the share of these whose picture
    has more than twice the typical mean squared error; trust_map_worse_outside: the share of those not called inside.
    trust_other_...: for the latents of another dataset's images. trust_test_images_outside, trust_other_images_...:
    with images scored by their reconstruction, too.
    """

    trust_test_outside: float
    trust_midpoints_outside: float
    trust_midpoints_auroc: float
    trust_map_outside: float | None = None
    trust_map_auroc: float | None = None
    trust_map_worse: float | None = None
    trust_map_worse_outside: float | None = None
    trust_other_outside: float | None = None
    trust_other_auroc: float | None = None
    trust_test_images_outside: float | None = None
    trust_other_images_outside: float | None = None
    trust_other_images_auroc: float | None = None


class Judge:
    """A bundle's model on its device, with its trust computed as in the engine.

    known: the input for evaluating fields. held: the images that trust is calibrated on.
    """

    def __init__(self, model: LatentModel, latents: Latents, device: torch.device) -> None:
        self.model, self.device = model.to(device).eval(), device
        self.near = Neighbourhood(latents.mean, None, 0, latents.draws)
        self.known = known = FieldInput(self._measure, self._measure, self.near, latents, model.encodes)
        self.returned = returned_by(known)
        self.held = held_out_of(latents, self.near, model.label if model.spec.classes else None)
        *_, trust = calibration(known, self.held, in_batches)
        assert trust is not None
        self.trust: Trust = trust

    def scores(self, z: Places, of_images: bool = False) -> NDArray[np.float64]:
        """The scores of latents (n, d). of_images: they are latents of the bundle's own images."""
        return self.trust.score(z, lambda some: self.near.reach(some, of_images), self.returned)

    def score_images(self, latents: Latents, of_images: bool = False) -> NDArray[np.floating]:
        """The scores of images that were encoded to `latents`, by their reconstructions, too."""
        assert latents.error is not None
        assert self.returned is not None
        z, reach = latents.mean, self.near.reach(latents.mean, of_images)
        back = None if self.model.spec.classes else self.returned(z)  # each image was encoded under its own class
        return self.trust.score_images(z, reach, back, latents.error)

    @torch.inference_mode()
    def _measure(self, measure: Measure, z: Places) -> NDArray[np.float32]:
        parts = torch.split(torch.from_numpy(z), EVALUATION_BATCH)
        return torch.cat([measure(self.model, part.to(self.device)).float().cpu() for part in parts]).numpy()

    def pictures(self, z: Places) -> NDArray[np.float32]:
        """The pixels (n, h w c) in [0, 1] of the pictures decoded at latents (n, d)."""
        return self._measure(pixels, z)

    @torch.inference_mode()
    def error(self, z: Places, dataset: Dataset, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """The mean squared error (n,) between images and the pictures decoded at latents (n, d)."""
        images = Images.of(dataset, self.device, self.model.spec.classes).batches(indices, EVALUATION_BATCH)
        parts = zip(images, torch.split(torch.from_numpy(z), EVALUATION_BATCH), strict=True)
        errors = [
            (self.model.decode(part.to(self.device), labels) - x).square().flatten(1).mean(1)
            for (x, labels), part in parts
        ]
        return torch.cat(errors).double().cpu().numpy()


def scores_of_images(model: LatentModel, kept: Latents, found: Latents, device: torch.device) -> NDArray[np.floating]:
    """The scores (n,) of images encoded to `found`, above 1 if the bundle's model cannot be trusted on them.

    kept: the latents of the bundle. The score depends on the latent and on the reconstruction error.
    """
    return Judge(model, kept, device).score_images(found)


def in_batches(z: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]) -> Iterator[tuple[int, NDArray[Any]]]:
    """The results of `work` on latents or numbers, batch by batch, each with its start."""
    for start in range(0, len(z), EVALUATION_BATCH):
        yield start, work(z[start : start + EVALUATION_BATCH])


def trust_figures(
    config: BundleConfig,
    model: LatentModel,
    latents: Latents,
    dataset: Dataset,
    device: torch.device,
    other: Dataset | None,
) -> TrustFigures | None:
    """The figures of a bundle. other: other images of the same size. None without test images outside calibration."""
    judge, random = Judge(model, latents, device), np.random.default_rng(1)
    test = np.setdiff1d(np.flatnonzero(latents.split == 1), judge.held.numbers)
    if not len(test):
        return None
    test = random.permutation(test)[:_MOST]
    inside = judge.scores(latents.mean[test], of_images=True)
    pairs = random.integers(0, len(latents), (2, _OTHERS))
    middles = judge.scores(latents.mean[pairs].mean(0))
    return TrustFigures(
        trust_test_outside=_outside(inside),
        trust_midpoints_outside=_outside(middles),
        trust_midpoints_auroc=_auroc(inside, middles),
        **_on_the_map(config, judge, latents, dataset, test, inside),
        **({} if other is None else _of_another(judge, latents, test, inside, other)),
    )


def _on_the_map(
    config: BundleConfig,
    judge: Judge,
    latents: Latents,
    dataset: Dataset,
    test: NDArray[np.int64],
    inside: NDArray[np.float64],
) -> dict[str, float]:
    chart, some = chart_for(latents.mean, turn=config.turn), test[:_OTHERS]
    z = chart.to_latent(chart.to_plane(latents.mean[some]))
    if np.allclose(z, latents.mean[some], atol=1e-4):
        return {}  # these are the images' own errors
    scores = judge.scores(z)
    errors = judge.error(z, dataset, latents.images(some))
    assert latents.error is not None
    worse = errors > _WORSE * float(latents.error[latents.split == 1].mean(dtype=np.float64))
    return {
        "trust_map_outside": _outside(scores),
        "trust_map_auroc": _auroc(inside, scores),
        "trust_map_worse": float(worse.mean()),
        **({"trust_map_worse_outside": _outside(scores[worse])} if worse.any() else {}),
    }


def _of_another(
    judge: Judge, latents: Latents, test: NDArray[np.int64], inside: NDArray[np.float64], other: Dataset
) -> dict[str, float]:
    if other.image_shape != judge.model.spec.image_shape:
        expected = judge.model.spec.image_shape
        raise DataError(
            f"{other.name}: expected images of {expected}, as the model takes them, found {other.image_shape}"
        )
    places = evenly(np.arange(len(other)), _OTHERS)
    found = encode(judge.model, Images.of(other, judge.device, judge.model.spec.classes), other, places)
    scores, own = judge.scores(found.mean), _some(latents, test)
    images, theirs = judge.score_images(own, of_images=True), judge.score_images(found)
    return {
        "trust_other_outside": _outside(scores),
        "trust_other_auroc": _auroc(inside, scores),
        "trust_test_images_outside": _outside(images),
        "trust_other_images_outside": _outside(theirs),
        "trust_other_images_auroc": _auroc(images, theirs),
    }


def _some(latents: Latents, numbers: NDArray[np.int64]) -> Latents:
    assert latents.error is not None
    return Latents(latents.mean[numbers], None, None, latents.split[numbers], latents.error[numbers])


def _outside(scores: NDArray[np.floating]) -> float:
    return float((scores > 1).mean())


def _auroc(inside: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    from sklearn.metrics import roc_auc_score

    label = np.repeat([0, 1], [len(inside), len(others)])
    return float(roc_auc_score(label, np.concatenate([inside, others])))
