"""What tells the classes of a generator's pictures while it is trained; it may have to be taught first."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.runs.protocol import Progress
from latent_explorer.runs.report import MOST_CLASSES, UNLABELLED
from latent_explorer.training.classifier import Classifier, classifier_steps
from latent_explorer.training.loop import Training
from latent_explorer.training.throttling import OvertakenError, throttled

_TEACHING = "teaching a classifier, which tells the classes of the samples"
_MANY = f"The shares of classes are not shown: there are more than {MOST_CLASSES}."


def recogniser(
    training: Training, dataset: Dataset, token: Event, say: Callable[[Progress], None]
) -> tuple[Classifier | None, str]:
    """The classifier of the images that a generator learns from; None for a network that learns places for images.

    With it, why the shares of classes are not told, in a sentence; empty where they are, where nobody asks, and where
    `token` was set meanwhile. say: told how far the teaching is, where the images have no classifier yet.
    """
    if training.learner.average.family.encodes:
        return None, ""
    if dataset.labels is None:
        return None, UNLABELLED
    tell = throttled(_TEACHING, say, token.is_set)
    try:
        with suppress(OvertakenError):
            for told in classifier_steps(dataset, training.learner.device, token):
                if isinstance(told, Classifier):
                    return told, _MANY if len(dataset.class_names) > MOST_CLASSES else ""
                tell(told.step, told.steps)
    except TrainingError as error:
        return None, f"The classes of the samples are not counted: {error}."
    return None, ""
