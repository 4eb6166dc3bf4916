"""The non-modal export dialog: what to write, a preview, and the destination."""

from functools import partial
from math import prod
from pathlib import Path

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.engine.client import EngineClient
from latent_explorer.errors import UserError
from latent_explorer.export import MAX_PIXELS, Format, Options
from latent_explorer.gui.exports.choices import Choices, remember, remembered
from latent_explorer.gui.exports.draft import Draft, bytes_words, drafted, extent, extent_words
from latent_explorer.gui.exports.footer import Destination, Footer
from latent_explorer.gui.exports.form import ChoiceForm
from latent_explorer.gui.exports.maker import Maker
from latent_explorer.gui.exports.preview import Preview
from latent_explorer.gui.exports.subjects import Subject
from latent_explorer.gui.exports.worker import Outcome, Worker
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.widgets.parts import filled, timer
from latent_explorer.gui.widgets.plain import PlainLabel, window_title

_PAUSE_MS = 80  # delay of the preview, so that spinning a value makes only one


class ExportDialog(QDialog):
    """Exports one subject. said: a message for the status bar. exported: the file that was written."""

    said, exported = pyqtSignal(str), pyqtSignal(Path)

    def __init__(self, parent: QWidget, subject: Subject, settings: Settings, client: EngineClient) -> None:
        super().__init__(parent)
        self.subject, self._settings = subject, settings
        self.form = ChoiceForm(subject, remembered(settings, subject.kind, subject.default))
        self.destination = Destination(settings, subject.name)
        self.preview, self.caption = Preview(), PlainLabel()
        self.footer = Footer(partial(self._write, overwrite=False), partial(self._write, overwrite=True), self.reject)
        self.maker = Maker(self, subject, client, Worker(parent))
        self._leaving = False
        self._pause = timer(self, _PAUSE_MS, self._draft, once=True)
        self._lay_out()
        self.form.changed.connect(self._choose)
        self.destination.edited.connect(self._edit)
        self.footer.polled.connect(self._show_progress)
        self.maker.made.connect(self._take)
        self._choose()

    def _lay_out(self) -> None:
        self.setWindowTitle(window_title(self.subject.title))
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.caption.setProperty("role", "faint")
        self.form.setMinimumWidth(290)
        left, right = filled(QVBoxLayout(), self.preview, self.caption), filled(QVBoxLayout(), self.form, 1)
        both = filled(QHBoxLayout(), left, right, spacing=24)
        filled(QVBoxLayout(self), both, self.destination, self.footer, spacing=12, margins=(16, 16, 16, 14))
        self.resize(800, 540)
        self.form.rows["format"].editor.setFocus()

    # -- choosing

    def _choose(self) -> None:
        self.destination.suggest(self.form.known)
        self._caption()
        error = self._size_error()
        self.footer.rest(error)
        self.footer.export.setEnabled(not error)
        self.maker.drop()
        self._pause.start()

    def _edit(self) -> None:
        self.destination.suggest(self.form.known)
        self.footer.rest(self._size_error())

    def _measured(self, choices: Choices) -> tuple[Format, tuple[int, ...], Options, tuple[str, ...]]:
        """The format, shape and captions that determine the extent."""
        known = self.form.known
        return known, self._shape(choices), choices.options, self.subject.shown_captions(known, choices)

    def _shape(self, choices: Choices) -> tuple[int, ...]:
        return self.subject.shape(self.form.known, choices)

    def _extent_words(self) -> str:
        choices = self.form.choices
        return extent_words(*self._measured(choices))

    def _size_error(self) -> str:
        choices = self.form.choices
        size = extent(*self._measured(choices))
        if self.subject.kind == "latents" or size.pixels <= MAX_PIXELS:
            return ""
        limit = f"a file holds at most {MAX_PIXELS:,} pixels. Choose a smaller scale or fewer pictures."
        return f"Too large: {self._extent_words()}; {limit}"

    def _draft(self) -> None:
        if not self.footer.busy:
            self.maker.begin(self.form.known, self.subject.lighter(self.form.choices), drafted)

    def _show_draft(self, draft: Draft) -> None:
        choices = self.form.choices
        share = prod(self._shape(self.subject.lighter(choices))) / max(1, prod(self._shape(choices)))
        self.preview.show_draft(draft)
        self._caption(f", {bytes_words(draft.bytes / share, exact=draft.exact and share == 1)}")

    def _caption(self, size: str = "") -> None:
        self.caption.setText(self._extent_words() + size)

    # -- writing

    def _write(self, *, overwrite: bool) -> None:
        known = self.form.known
        try:
            path = self.destination.path(known)
        except UserError as error:
            self.footer.rest(str(error))
            return
        if path.exists() and not overwrite:
            self.footer.ask(f"{path.name} already exists. Overwrite it?")
            return
        self._pause.stop()
        self._enable(False)
        self.footer.start()
        self.maker.begin(known, self.form.choices, lambda order, watch: order.write(path, overwrite, watch))
        self._show_progress()

    def _show_progress(self) -> None:
        self.footer.show_progress(*self.maker.progress)

    def _enable(self, enabled: bool) -> None:
        for part in (self.form, self.destination):
            part.setEnabled(enabled)

    def _take(self, outcome: Outcome) -> None:
        """Take a draft, or the result of writing the file."""
        if not self.footer.busy:
            if isinstance(outcome.result, Draft):
                self._show_draft(outcome.result)
            elif outcome.error:
                self.footer.rest(outcome.error)
            return
        self._enable(True)
        self.footer.rest(outcome.error or "Cancelled; nothing was written.")
        if isinstance(outcome.result, Path):
            remember(self._settings, self.subject.kind, self.form.choices)
            self.destination.remember()
            self.exported.emit(outcome.result)
            self.abandon()
        elif self._leaving:
            self.said.emit(outcome.error or "The export was cancelled; nothing was written.")
            self.abandon()

    # -- leaving

    def reject(self) -> None:
        """Handle Escape and the Close button: keep the existing file, cancel the work in progress, or close."""
        if self.footer.busy:
            self.maker.cancel()
        elif self.footer.asking:
            self.footer.rest()
            self.destination.name.setFocus()
            self.destination.name.selectAll()
        else:
            self.abandon()

    def leave(self) -> None:
        """Close after the current file is written; cancels decoding."""
        self._leaving = True
        if not self.footer.busy:
            self.abandon()
        elif self.maker.decoding:
            self.maker.cancel()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._leaving = True
        if not self.footer.busy:
            self.abandon()
        elif event is not None:
            event.ignore()  # until the work in progress has ended
            self.maker.cancel()

    def abandon(self) -> None:
        """Close now and cancel the work in progress."""
        self._pause.stop()
        self.preview.stop()
        self.maker.end()
        super().reject()

    def changeEvent(self, event: QEvent | None) -> None:
        """Update the preview when the dialog is activated, as live content may have changed."""
        super().changeEvent(event)
        came_back = event is not None and event.type() == QEvent.Type.ActivationChange and self.isActiveWindow()
        if came_back and self.subject.live and not self.footer.busy and not self.footer.asking:
            self._choose()
