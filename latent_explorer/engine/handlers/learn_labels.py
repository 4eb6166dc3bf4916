"""Learn labels: what a probe makes of all images from the few that have a label, and which to label next."""

from collections.abc import Hashable, Iterator
from functools import partial
from typing import Any

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.service.codec import Numbered
from latent_explorer.steps import relayed


class LearnLabels(Numbered, frozen=True, tag=True, eq=False):
    """Learn from images `numbers` (n,) of `classes` (n,), of so many classes, with a probe in a space.

    space: latents, pca or pixels. probe: a name of `analysis.few_labels.PROBES`. shown: whether the field of learned
    classes shows it from now on. Without a probe nothing is
    learned, and only the image worth labelling next is named.
    """

    numbers: np.ndarray
    classes: np.ndarray
    count: int
    space: str = "latents"
    probe: str = "propagation"
    shown: bool = True


class LabelsLearned(Stage, frozen=True, tag=True, eq=False, kw_only=True):
    """What was learned, once `more` is false; before, how much of it is done.

    accuracy: over `tested` images of the test split, None where true labels are not there. classes, certainty: of each
    image the most probable class and its share, uint8 and float32 (n,), of what is shown; of none else. following: the
    image worth labelling next, or -1; told before all is known of the neighbours, it stays as long as nothing is
    learned.
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
    if request.shown and not few.prepared:  # so that one can begin before the neighbours of all are known
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
    """The reply that `share` of the work is done; None for no progress."""
    return None if share < 0 else _reply(number, _NONE, share=share, more=True)


def _reply(
    number: int, shown: tuple[np.ndarray, np.ndarray], share: float = 1.0, more: bool = False, **figures: Any
) -> LabelsLearned:
    return LabelsLearned(number, share=share, more=more, classes=shown[0], certainty=shown[1], **figures)


LEARN_LABELS = Handler(LearnLabels, LabelsLearned, _answer, needs_data=lambda _: True)


def want_lesson(
    key: Hashable, numbers: np.ndarray, classes: np.ndarray, count: int, space: str, probe: str, *, shown: bool
) -> Want:
    """What a probe learns from labels; see `LearnLabels`. It is told as it goes."""
    return Want(key, LearnLabels, 1, lambda number: LearnLabels(number, numbers, classes, count, space, probe, shown))
