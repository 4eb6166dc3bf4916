"""LearnLabels: the classes that a probe predicts from a few labelled images, and which image to label next."""

from collections.abc import Hashable, Iterator
from functools import partial
from typing import Any

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.service.codec import Numbered
from latent_explorer.steps import relayed


class LearnLabels(Numbered, frozen=True, tag=True, eq=False):
    """Asks to train a probe on images `numbers` (n,) of `classes` (n,), of `count` classes, in a space.

    space: latents, pca or pixels. probe: a name in `analysis.few_labels.PROBES`; without one, only the image to label
    next is returned. shown: whether the field of learned classes shows the result.
    """

    numbers: np.ndarray
    classes: np.ndarray
    count: int
    space: str = "latents"
    probe: str = "propagation"
    shown: bool = True


class LabelsLearned(Stage, frozen=True, tag=True, eq=False, kw_only=True):
    """The result if `more` is false, otherwise the progress.

    accuracy: on `tested` images of the test split; None without true labels. classes, certainty: the most probable
    class of each image and its share, uint8 and float32 (n,), if the result is shown. following: the image to label
    next, or -1; a suggestion made before all neighbours are known stays until something is learned.
    """

    classes: np.ndarray
    certainty: np.ndarray
    accuracy: float | None = None
    tested: int = 0
    following: int = -1


_NONE = np.zeros(0, np.uint8), np.zeros(0, np.float32)


def _answer(request: LearnLabels, service: ModelService) -> Iterator[LabelsLearned | None]:
    from latent_explorer.analysis.few_labels import Labelled
    from latent_explorer.engine.few_labels import few_labels_of

    few, tell = few_labels_of(service), partial(_at, request.number)
    hint = -1
    if request.shown and not few.prepared:  # a first suggestion before all neighbours are known
        hint = yield from relayed(few.glance(request.numbers), tell)
        yield _reply(request.number, _NONE, share=0.0, more=True, following=hint)
    if not request.probe:
        following = yield from relayed(few.first(request.numbers), tell)
        yield _reply(request.number, _NONE, following=following if hint < 0 else hint)
        return
    labelled = Labelled(request.numbers, request.classes, request.count)
    lesson = yield from relayed(few.lesson(request.space, request.probe, labelled), tell)
    shown = _NONE
    if request.shown:
        few.show(service, lesson.learned)
        shown = lesson.learned.classes.astype(np.uint8), lesson.learned.certainty
    yield _reply(request.number, shown, accuracy=lesson.accuracy, tested=lesson.tested, following=lesson.following)


def _at(number: int, share: float) -> LabelsLearned | None:
    """A progress reply; None for no progress."""
    return None if share < 0 else _reply(number, _NONE, share=share, more=True)


def _reply(
    number: int, shown: tuple[np.ndarray, np.ndarray], share: float = 1.0, more: bool = False, **figures: Any
) -> LabelsLearned:
    return LabelsLearned(number, share=share, more=more, classes=shown[0], certainty=shown[1], **figures)


LEARN_LABELS = Handler(LearnLabels, LabelsLearned, _answer, needs_data=lambda _: True)


def want_lesson(
    key: Hashable, numbers: np.ndarray, classes: np.ndarray, count: int, space: str, probe: str, *, shown: bool
) -> Want:
    """The result of a probe, with progress; see `LearnLabels`."""
    return Want(key, LearnLabels, 1, lambda number: LearnLabels(number, numbers, classes, count, space, probe, shown))
