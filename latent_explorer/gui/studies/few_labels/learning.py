"""Requests learning from the current labels, and keeps the results."""

import hashlib
from collections.abc import Callable, Iterator

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.learn_labels import LabelsLearned, want_lesson
from latent_explorer.engine.protocol import Want
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session.labels import Labels

TOPIC = "few labels"
_BESIDE = tuple((space, probe) for space in ("latents", "pca", "pixels") for probe in ("propagation", "logistic"))
_REST_MS = 300  # delay of comparisons after a result, so that labelling is not slowed down
_WORDS = {"latents": "the latents", "pca": "principal components", "pixels": "the pixels"}


class LabelLearner(QObject):
    """Requests the shown result at once, and comparisons after a pause without new labels.

    learned: the shown result has arrived. told: another result or the progress has changed. problem: why nothing can be
    learned; empty if it can. accuracies: by space and probe, for the current labels. refused: why one has none.
    """

    learned = pyqtSignal(object)
    told = pyqtSignal()

    def __init__(self, client: EngineClient, spoken: Callable[[str], None]) -> None:
        super().__init__()
        self._client, self._say = client, spoken
        self._labels, self._probe, self._version, self._held = Labels(), "propagation", 0, False
        self._waiting: dict[tuple[int, str, str], float] = {}
        self.problem, self.following = "", -1
        self.accuracies: dict[tuple[str, str], float | None] = {}
        self.refused: dict[tuple[str, str], str] = {}
        self._rest = timer(self, _REST_MS, self._ask_beside, once=True)
        client.subscribe(TOPIC, self._take, Urgency.OVERLAY)

    @property
    def digest(self) -> str:
        """A digest of the current labels that identifies the results."""
        text = repr((self._labels.of, self._probe)).encode()
        return hashlib.sha256(text).hexdigest()[:16]

    @property
    def work(self) -> Iterator[Work]:
        """The work in progress, for the status bar."""
        for (_, space, _), share in list(self._waiting.items())[:1]:
            yield Work(f"Learning from labels: {_WORDS[space]}", share)

    def learn(self, labels: Labels, probe: str) -> None:
        """Learn from labels with a probe; cancels work in progress."""
        self._labels, self._probe = labels, probe
        self._version += 1
        self.accuracies, self.refused, self.problem = {}, {}, ""
        self.again()

    def again(self) -> None:
        """Request everything again, after a change of the engine or its state."""
        self._rest.stop()
        self._ask(list(self._wants())[:1])

    def hold_beside(self, held: bool) -> None:
        """Suspend comparisons while something more urgent is requested."""
        self._held = held
        shown = "latents", self._probe
        if held and (self._version, *shown) not in self._waiting:
            self._ask([])
        elif not held and shown in self.accuracies:
            self._rest.start()

    def _ask_beside(self) -> None:
        if not self._held:
            self._ask([want for want in list(self._wants())[1:] if want.key[1:] not in self.accuracies])  # type: ignore[index]

    def _ask(self, wants: list[Want]) -> None:
        self._waiting = {want.key: 0.0 for want in wants}  # type: ignore[misc]
        self._client.request(TOPIC, wants)
        self.told.emit()

    def stop(self) -> None:
        """Withdraw all requests."""
        self._version += 1
        self._rest.stop()
        self._waiting.clear()
        self._client.request(TOPIC, [])

    def _wants(self) -> Iterator[Want]:
        of = self._labels.of
        numbers = np.array([image for image, _ in of], np.int64)
        classes = np.array([label for _, label in of], np.int64)
        every = [("latents", self._probe), *(pair for pair in _BESIDE if pair != ("latents", self._probe))]
        teaching = len(set(classes.tolist())) > 1
        for number, (space, probe) in enumerate(every if teaching else every[:1]):
            key = (self._version, space, probe)
            learned = probe if teaching else ""
            yield want_lesson(key, numbers, classes, len(self._labels.names), space, learned, shown=number == 0)

    def _take(self, answer: Answer) -> None:
        key, reply = answer.key, answer.reply
        if not isinstance(key, tuple) or key not in self._waiting:
            return
        pair = key[1:]
        if isinstance(reply, Refused):
            del self._waiting[key]
            self.refused[pair] = reply.reason
            if pair == ("latents", self._probe):
                self.problem = reply.reason
        elif isinstance(reply, LabelsLearned) and reply.more:
            self._waiting[key] = reply.share
            if reply.following >= 0:
                self.following = reply.following
                self.learned.emit(reply)
        elif isinstance(reply, LabelsLearned):
            del self._waiting[key]
            self._keep(pair, reply)
        self.told.emit()

    def _keep(self, pair: tuple[str, str], reply: LabelsLearned) -> None:
        if len(reply.classes) or pair != ("latents", self._probe):
            self.accuracies[pair] = reply.accuracy
        if pair == ("latents", self._probe):
            self.following = reply.following
            self.learned.emit(reply)
            self._rest.start()
