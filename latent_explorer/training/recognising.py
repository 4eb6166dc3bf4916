"""The classifier for a generator's pictures during training; it is trained first if necessary."""

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
    """The classifier of a generator's dataset; None for a network with an encoder.

    Also returns a sentence on why class shares are not measured; empty if they are, if they are not requested, and if
    `token` was set. say: called with the progress of training the classifier, if there is none yet.
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
