"""Requests measurements on labels of other images, and shows results as they arrive."""

from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.transfer_labels import LabelsTransferred, want_transfer
from latent_explorer.gui.studies.few_labels.transfer_view import TransferView
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session.labels import Labels

TOPIC = "few labels of others"
_SEEDS = 3


class LabelTransfer(QObject):
    """Measures on one set of other images at a time.

    labels: returns the current labels. found: the results of the last request. busy: emitted when a measurement starts
    or ends.
    """

    busy = pyqtSignal(bool)

    def __init__(self, client: EngineClient, view: TransferView, labels: Callable[[], Labels]) -> None:
        super().__init__(view)
        self._client, self._view, self._labels = client, view, labels
        self._key, self._count = ("", 0), 0
        self._waiting: float | None = None
        self.found: LabelsTransferred | None = None
        client.subscribe(TOPIC, self._take, Urgency.DETAIL)
        view.wanted.connect(self.measure)
        view.stopped.connect(self.halt)

    @property
    def work(self) -> Iterator[Work]:
        """The work in progress, for the status bar."""
        if self._waiting is not None:
            yield Work("Learning from labels of other images", self._waiting)

    def open(self, own: str) -> None:
        """Start with another model. own: the dataset it was trained on."""
        self._want_nothing()
        self.found = None
        self._view.forget(own)

    def measure(self, source: str) -> None:
        """Measure on the images at a source."""
        self.found, self._count = None, len(self._labels().of)
        self._view.show_found("", {}, shown=False)
        self._view.say("")
        if not self._count:
            self._want_nothing()
            self._view.say(
                "No image has a label yet: label some first. As many labels are then drawn from the other images."
            )
            return
        self._key, self._waiting = (source, self._count), 0.0
        self._client.request(TOPIC, [want_transfer(self._key, source, self._count, _SEEDS)])
        self._view.show_work("Reading the images…", 0.0)
        self.busy.emit(True)

    def again(self) -> None:
        """Request the measurement again from a new engine."""
        if self._waiting is not None:
            self.measure(self._key[0])

    def halt(self) -> None:
        """Cancel the measurement and keep the results."""
        self._want_nothing()
        self._view.show_work("Stopped.", None)
        self._show()

    def stop(self) -> None:
        """Cancel the measurement without a message."""
        self._waiting = None
        self._client.request(TOPIC, [])

    def _want_nothing(self) -> None:
        self._waiting = None
        self._client.request(TOPIC, [])
        self._view.show_work("", None)
        self.busy.emit(False)

    def _take(self, answer: Answer) -> None:
        if answer.key != self._key or self._waiting is None:
            return
        reply = answer.reply
        if isinstance(reply, Refused):
            self._want_nothing()
            self._view.say(f"{reply.reason[:1].upper()}{reply.reason[1:]}.")
        elif isinstance(reply, LabelsTransferred):
            self.found = reply
            self._waiting = reply.share if reply.more else None
            if not reply.more:
                self.busy.emit(False)
            missing = f"Not compared with pixels: {reply.missing}." if reply.missing else ""
            self._view.show_work(f"{_doing(reply.doing)}…" if reply.more else missing, self._waiting)
            self._show()

    def _show(self) -> None:
        found = self.found
        if found is None:
            return
        figures = {(space, probe): f"{accuracy:.1%}" for space, probe, accuracy in found.accuracies}
        if self._waiting is not None:
            figures = dict.fromkeys(self._view.table.cells, "…") | figures
        labels = f"{self._count:,} labels of {found.dataset}, drawn {_SEEDS} times, as many of each class"
        sentence = f"{labels}: the share of {found.tested:,} test images that is right."
        self._view.show_found(sentence, figures, shown=bool(found.accuracies))


def _doing(words: str) -> str:
    return "Encoding the images" if words == "encoding" else f"Learning from labels: {words}"
