"""The non-modal import dialog: the form, progress and result."""

from pathlib import Path
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.importing.form import ImportForm
from latent_explorer.gui.widgets.parts import Scrolling, button, filled, words
from latent_explorer.importing.protocol import Begin, Imported, Importing, ImportPlan, Recognised
from latent_explorer.service.job import BackgroundJob, JobEnded

_DOWNLOAD = "--download"


class ImportDialog(QDialog):
    """Imports a model. imported: the folder of the new bundle. begin: starts the import process."""

    imported = pyqtSignal(object)
    _heard = pyqtSignal(object, object)  # the job and its report

    def __init__(self, parent: QWidget, folder: Path, begin: Begin) -> None:
        super().__init__(parent)
        self._begin = begin
        self._job: BackgroundJob[ImportPlan] | None = None
        self._token: object = None
        self._looking = self._download = self._left = False
        self.form, self.told, self.progress = ImportForm(folder), words("error"), QProgressBar()
        self.help = words("faint", 2)
        self.form.helped.connect(self.help.setText)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.start = button("&Import", "Make a bundle of the model and open it", self._import)
        self.start.setDefault(True)
        self.away = button("Close", "", self.reject)
        self.form.model_chosen.connect(self._look)
        self.form.changed.connect(self._show_state)
        self._heard.connect(self._take)  # queued: emitted in a thread of the job
        self._lay_out()
        self._rest()

    @property
    def busy(self) -> bool:
        """Whether a bundle is being made."""
        return self._job is not None and not self._looking

    def choose(self, model: Path) -> None:
        """Inspect a model, as if the user had chosen it."""
        if not self.busy:
            self.form.model.put(model)

    def _lay_out(self) -> None:
        self.setWindowTitle("Import a model")
        inner, area = QWidget(), Scrolling()
        filled(QVBoxLayout(inner), self.form, self.help, 1, spacing=12, margins=(2, 2, 8, 2))
        area.setWidget(inner)
        buttons = filled(QHBoxLayout(), 1, self.away, self.start)
        column = filled(QVBoxLayout(self), area, self.told, self.progress, buttons, spacing=9, margins=(16, 16, 12, 14))
        column.setStretchFactor(area, 1)
        self.resize(620, 460)
        self.setMinimumSize(400, 300)

    # -- actions

    def _look(self) -> None:
        """Inspect the model, unless the dialog is closing, which ends editing by loss of focus."""
        if self._left:
            return
        self._end()
        if self.form.model.path is None:
            self._rest()
            return
        self._looking = True
        self._run(self.form.plan(look=True))
        self._tell("Looking at the model…")

    def _import(self) -> None:
        if self.busy or self.form.problems():
            return
        self._end()
        self._looking = False
        self.form.setEnabled(False)
        plan = self.form.plan()
        self._run(plan if not self._download else _with_download(plan))
        self.away.setText("Cancel")
        self.start.hide()
        self._tell("Starting…")

    def _run(self, plan: ImportPlan) -> None:
        token = self._token = object()
        self._job = self._begin(plan, lambda report: self._heard.emit(token, report))
        self.progress.setRange(0, 0)
        self.progress.show()

    def _take(self, token: object, report: Any) -> None:
        if token is not self._token:
            return  # outdated
        match report:
            case Recognised() if self._looking:
                self.form.recognise(report)
            case Importing():
                self._show_progress(report)
            case Imported():
                self.imported.emit(report.folder)
            case JobEnded():
                self._take_end(report)

    def _show_progress(self, told: Importing) -> None:
        self.progress.setRange(0, told.total)
        self.progress.setValue(told.done)
        share = f" {told.done:,} of {told.total:,}" if told.total else ""
        self._tell(f"{told.doing}…{share}")

    def _take_end(self, ended: JobEnded) -> None:
        looked, self._looking = self._looking, False
        self._end()
        self.form.setEnabled(True)
        if looked:
            if ended.outcome == "failed":
                self.form.recognise(None, ended.reason)
            self._rest()
        elif ended.outcome == "done":
            self.end()
            self.accept()
        elif ended.outcome == "cancelled":
            self._rest("Cancelled; nothing was written.")
        else:
            self._fail(ended.reason)

    def _fail(self, reason: str) -> None:
        self._download = _DOWNLOAD in reason
        self._rest(self.form.refuse(reason))
        self.start.setText("Download and &import" if self._download else "&Import")

    # -- state

    def _rest(self, complaint: str = "") -> None:
        """Show that nothing is in progress, with an optional error."""
        self.told.setProperty("role", "error")
        self.told.setText(f"{complaint[:1].upper()}{complaint[1:]}")
        self.told.setVisible(bool(complaint))
        self._repolish()
        self.progress.hide()
        self.start.show()
        self.away.setText("Close")
        self._show_state()

    def _tell(self, sentence: str) -> None:
        self.told.setProperty("role", "faint")
        self.told.setText(sentence)
        self._repolish()
        self.told.show()

    def _repolish(self) -> None:
        style = self.told.style()
        if style is not None:
            style.polish(self.told)

    def _show_state(self) -> None:
        self.start.setEnabled(self._job is None and not self.form.problems())

    # -- leaving

    def reject(self) -> None:
        """Handle Escape and the Close button: cancel the work in progress, or close."""
        if self.busy and self._job is not None:
            self._job.cancel()
            self._tell("Cancelling…")
        else:
            self.end()
            super().reject()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if self.busy and event is not None:
            event.ignore()
            self.reject()
        else:
            self.end()
            super().closeEvent(event)

    def end(self) -> None:
        """Stop the work in progress, and start nothing more."""
        self._left = True
        self._end()

    def _end(self) -> None:
        job, self._job, self._token = self._job, None, None
        if job is not None:
            job.close()


def _with_download(plan: ImportPlan) -> ImportPlan:
    import msgspec

    return msgspec.structs.replace(plan, download=True)
