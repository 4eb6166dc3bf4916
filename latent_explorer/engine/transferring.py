"""Few labels of other images: learning from as many of their labels, with the same encoder."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels import Labelled
from latent_explorer.analysis.few_labels.drawing import at_random
from latent_explorer.analysis.few_labels.logistic import LOGISTIC
from latent_explorer.analysis.few_labels.measuring import LATENTS, LabelsAsked, Truth
from latent_explorer.analysis.few_labels.propagation import PROPAGATION
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.engine.few_labels import SPACES, FewLabels, LabelMaterial, check_encodes, check_others
from latent_explorer.engine.protocol import ModelService
from latent_explorer.service.background_task import aside
from latent_explorer.steps import relayed

_KEY = "few labels of others"
_NO_LATENTS = np.zeros((0, 0), np.float32)
_DOING = {LATENTS: "the latents", "pca": "principal components", "pixels": "the pixels"}


@dataclass(frozen=True)
class Transferred:
    """The results so far. dataset: the name of the images. tested: images of its test split. classes: of its labels.

    accuracies: (space, probe, mean over the draws). missing: why there are none for other spaces than the latents;
    empty if there are. doing: the current work; share: its progress in [0, 1].
    """

    dataset: str
    tested: int
    classes: int
    accuracies: tuple[tuple[str, str, float], ...] = ()
    missing: str = ""
    doing: str = ""
    share: float = 0.0


def transferred(service: ModelService, source: str, labels: int, seeds: int) -> Iterator[Transferred | None]:
    """Measure as `latent-explorer labels MODEL --on SOURCE` does, latents first; yields None between results.

    labels: the number of labels drawn from the images' own, the same for each class. seeds: the number of draws. Raises
    UserError if the bundle cannot encode the images, or they have no labels, no test split or too few images.
    """
    check_encodes(service.config, source)
    few = service.kept.get((_KEY, source))
    if few is None:
        for stale in [key for key in service.kept if isinstance(key, tuple) and key[0] == _KEY]:
            del service.kept[stale]  # keep the images of one other dataset only
        dataset = yield from aside(partial(open_dataset, source), "other images")
        check_others(service.config, dataset)
        known, _ = _drawn(LabelMaterial.of_dataset(service.config, dataset, _NO_LATENTS), labels, seeds)
        yield replace(known, doing="encoding")
        few = yield from _encoded(service, dataset, known)
        service.kept[_KEY, source] = few
    known, draws = _drawn(few.material, labels, seeds)
    yield from _measured(few, known, draws)


def _drawn(material: LabelMaterial, labels: int, seeds: int) -> tuple[Transferred, list[Labelled]]:
    truth: Truth = material.truth
    truth.check(LabelsAsked((labels,), seeds))
    known = Transferred(material.dataset, len(truth.test), truth.classes, missing=material.missing)
    return known, [at_random(truth.label, truth.train, labels, truth.classes, seed) for seed in range(seeds)]


def _encoded(
    service: ModelService, dataset: Dataset, known: Transferred
) -> Generator[Transferred | None, None, FewLabels]:
    parts: list[NDArray[np.float32]] = []

    def encode(some: NDArray[np.int64]) -> NDArray[np.float32]:
        return service.judging.encode(np.ascontiguousarray(dataset.images[some]))

    for start, part in service.in_slices("encoding others", np.arange(len(dataset)), encode):
        parts.append(part)
        yield replace(known, doing="encoding", share=start / len(dataset))
    material = LabelMaterial.of_dataset(service.config, dataset, np.concatenate(parts))
    return FewLabels(material, one_by_one=False)


def _measured(few: FewLabels, known: Transferred, draws: list[Labelled]) -> Iterator[Transferred | None]:
    for space in SPACES if not few.material.missing else (LATENTS,):
        for probe in (PROPAGATION.name, LOGISTIC.name):
            known = replace(known, doing=_DOING[space], share=0.0)
            found = []
            for drawn in draws:
                lesson = yield from relayed(few.lesson(space, probe, drawn), partial(_at, known))
                assert lesson.accuracy is not None  # there are labels, and a test split
                found.append(lesson.accuracy)
            known = replace(known, accuracies=(*known.accuracies, (space, probe, float(np.mean(found)))))
            yield known
    yield replace(known, doing="", share=1.0)


def _at(known: Transferred, share: float) -> Transferred | None:
    """The results so far with the progress of the current lesson; None for no progress."""
    return None if share < 0 else replace(known, share=share)
