"""How well the anomaly scores of a model separate the test images of its dataset from other images."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly import (
    MENDED,
    SAMPLE,
    SCORES,
    Coded,
    Coder,
    ImageJudge,
    auroc,
    coded,
    joined,
    sample_of,
    share_above,
    threshold_at,
)
from latent_explorer.data.dataset import Dataset
from latent_explorer.data.second_set import MOST_OTHERS, OtherImages
from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.coding import coder_of_network
from latent_explorer.training.images import evenly, judged

_AT_ONCE = 256  # images per batch; constant, so that the figures are reproducible


@dataclass(frozen=True)
class JudgeProgress:
    """Progress. words: the current work. done, total: images."""

    words: str
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Apart:
    """Scores of own images (n,) and of others (m,), by name of the score. sample: the number of images fitted on."""

    own: dict[str, NDArray[np.float32]]
    others: dict[str, NDArray[np.float32]]
    sample: int
    seconds: float

    @property
    def auroc(self) -> dict[str, float]:
        """The area under the ROC curve, by name of the score."""
        return {name: auroc(self.own[name], self.others[name]) for name in self.own}

    def report(self, false_alarms: float) -> dict[str, Any]:
        """The result of the command, for JSON. false_alarms: the share of own images above the threshold."""
        areas = self.auroc
        cuts = {name: threshold_at(own, false_alarms) for name, own in self.own.items()}
        return {
            "auroc": areas,
            "baselines": [name for name in areas if SCORES[name].baseline],
            "mended": MENDED.name if MENDED.name in areas else None,
            "prefers_the_wrong_data": [name for name, area in areas.items() if area < 0.5],
            "false_alarms": false_alarms,
            "threshold": {name: float(cut) for name, cut in cuts.items()},
            "found": {name: float(share_above(self.others[name], cut)) for name, cut in cuts.items()},
            "images": {
                "own": len(next(iter(self.own.values()))),
                "others": len(next(iter(self.others.values()))),
                "fitted_on": self.sample,
            },
            "seconds": round(self.seconds, 2),
        }


def tell_apart(
    model: LatentModel, dataset: Dataset, others: OtherImages, device: torch.device
) -> Iterator[JudgeProgress | Apart]:
    """Score at most 10,000 test images of a model's dataset, and others; yields the progress, and the scores last.

    Without a test split, uses training images. Raises TrainingError if the dataset has no images.
    """
    began = time.perf_counter()
    numbers = evenly(judged(dataset), MOST_OTHERS).astype(np.int64)
    if not len(numbers):
        raise TrainingError(f"{dataset.name}: expected images to judge beside the others, found none")
    judge, sample = yield from fitted_judge(coder_of_network(model, device), dataset)
    total, found = len(numbers) + len(others.images), []
    own = (judge.scores(_some(dataset, part), judge.names, part) for part in _parts(numbers))
    foreign = (judge.scores(others.at(part), judge.names) for part in _parts(np.arange(len(others.images))))
    for scores in chain(own, foreign):
        found.append(scores)
        yield JudgeProgress("judging", sum(map(len, found)), total)
    values = np.concatenate(found)
    inside, outside = (columns(judge.names, part) for part in (values[: len(numbers)], values[len(numbers) :]))
    yield Apart(inside, outside, sample, time.perf_counter() - began)


def fitted_judge(coder: Coder, dataset: Dataset) -> Generator[JudgeProgress, None, tuple[ImageJudge, int]]:
    """The judge of images, fitted on a sample of the training images of `dataset`, and the size of the sample."""
    sample, parts = sample_of(dataset.split, SAMPLE), list[Coded]()
    for some in _parts(sample):
        yield JudgeProgress("fitting the scores", sum(map(len, parts)), len(sample))
        parts.append(coded(coder, _some(dataset, some)))
    return ImageJudge(coder, sample, joined(parts)), len(sample)


def columns(names: Sequence[str], values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Scores (n, names) by name. Raises TrainingError if one is not finite."""
    if not np.isfinite(values).all():
        raise TrainingError("the model gives pictures or latents that are not finite, so these images have no score")
    return {name: values[:, number] for number, name in enumerate(names)}


def _parts(numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]


def _some(dataset: Dataset, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    images: NDArray[np.uint8] = np.ascontiguousarray(dataset.images[numbers])
    return images
