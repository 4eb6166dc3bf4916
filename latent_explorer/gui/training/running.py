"""The progress of a run with its controls, and its results compared with models of the same dataset."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QBrush, QColor
from PyQt6.QtWidgets import QHBoxLayout, QHeaderView, QProgressBar, QTableWidgetItem, QVBoxLayout, QWidget

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.bundles.files import CARD, TEXT_BYTES
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.figures import COLUMNS, Entry, best, capital, duration, entries
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import filled, heading, read_only_table, words
from latent_explorer.gui.widgets.parts import wide_button as button
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.gui.widgets.side_windows import show_text
from latent_explorer.runs import Report
from latent_explorer.runs.protocol import Begun, Failed, Progress, Reported
from latent_explorer.safe_text import safe_text

_STAGES = {"starting": "Starting…", "paused": "Paused", "ending": "Ending…"}
_PAUSE_TIP = "Pause after the current step"
_PATIENCE = 1.0  # seconds that closing waits for a disk
_ROWS = 6  # visible rows


class RunningView(QWidget):
    """Shows the run of a trainer. retry_wanted: with a batch size. back_wanted: to the setup page."""

    retry_wanted = pyqtSignal(int)
    back_wanted = pyqtSignal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self._report: Report | None = None
        self._batch = 0
        self.title, self.state, self.speed, self.reason = words(), words(), words("faint"), words("error")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self._make_buttons()
        self.title.setStyleSheet("font-weight: 600;")
        row = filled(QHBoxLayout(), *self.buttons)
        filled(QVBoxLayout(self), self.title, self.bar, self.state, self.speed, self.reason, row, spacing=6)
        trainer.changed.connect(self._show_stage)
        trainer.progressed.connect(self._progress)
        trainer.begun.connect(self._begin)
        trainer.reported.connect(self._take)
        self.start()

    def start(self) -> None:
        """Show a new run."""
        self._report = None
        job = self._trainer.job
        self.title.setText("" if job is None else job.folder.name)
        self.bar.setRange(0, 0)
        self.speed.setText(" ")
        self.reason.hide()
        self._show_stage(self._trainer.stage)

    def fail(self, failed: Failed) -> None:
        """Show why the run has failed, and offer a remedy."""
        self._batch = failed.batch_size or 0
        kept = ". What it had learned was kept." if failed.bundle is not None else ""
        self.reason.setText(f"{capital(failed.reason)}{kept}")
        self.reason.show()
        self.retry.setText(f"Train with batches of {self._batch}")
        self._offer(self.back, *([self.retry] if self._batch else []))
        self.state.setText("Failed")
        self.bar.hide()
        self.speed.hide()

    def _make_buttons(self) -> None:
        trainer = self._trainer
        self.pause = button("Pause", _PAUSE_TIP, trainer.pause_or_resume)
        self.keep = button("Stop and keep", "End the run now and keep the model", partial(trainer.stop, keep=True))
        self.discard = button("Stop and discard", "End the run now and delete its files", self._ask)
        self.really = button("Discard the run", "This cannot be undone", partial(trainer.stop, keep=False))
        self.go_on = button("Continue training", "Continue the run", self._show)
        self.retry = button("", "Train again with less memory", lambda: self.retry_wanted.emit(self._batch))
        self.back = button("Back to the settings", "Change the settings", self.back_wanted.emit)
        self.buttons = (self.pause, self.keep, self.discard, self.really, self.go_on, self.back, self.retry)

    def _offer(self, *offered: QWidget) -> None:
        for each in self.buttons:
            each.setVisible(each in offered)

    def _ask(self) -> None:
        self.state.setText("Discard this run and all that it has learned?")
        self._offer(self.go_on, self.really)

    def _show_stage(self, stage: str) -> None:
        if stage == "starting":
            self.bar.show()
            self.speed.show()
        self.pause.setText("Resume" if stage == "paused" else "Pause")
        self.pause.setToolTip(tooltip("Continue training" if stage == "paused" else _PAUSE_TIP))
        for each in (self.keep, self.pause):
            each.setEnabled(stage in ("training", "paused"))
        self.discard.setEnabled(stage in ("starting", "training", "paused"))
        self._show()

    def _show(self) -> None:
        self._offer(self.pause, self.keep, self.discard)
        stage, job, report = self._trainer.stage, self._trainer.job, self._report
        if report is None or job is None or stage in ("starting", "ending"):
            self.state.setText(_STAGES.get(stage, "Training…"))
            return
        doing = "paused" if stage == "paused" else _left(report)
        self.state.setText(f"Epoch {report.epoch} of {job.recipe.epochs} · {doing}")
        self.speed.setText(f"{report.images_per_second:,.0f} images/s")

    def _begin(self, begun: Begun) -> None:
        self._show_share(0, begun.steps)

    def _show_share(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _take(self, reported: Reported) -> None:
        self._report = reported.report
        self._show_share(reported.report.step, reported.report.steps)
        if not self.really.isVisible():
            self._show()

    def _progress(self, progress: Progress) -> None:
        """Show the progress of slow steps before and after training."""
        if not self._trainer.busy:
            return
        self.state.setText(f"{capital(progress.doing)}…")
        trained = self._report is not None and self._report.step == self._report.steps
        if progress.total and (trained or self._trainer.stage != "training"):
            self._show_share(round(1000 * progress.done / progress.total), 1000)


def _left(report: Report) -> str:
    return f"{duration(report.seconds_left)} left" if report.step < report.steps else "writing the bundle"


class ResultView(QWidget):
    """Shows a trained bundle. open_wanted: the folder of a bundle to open. again_wanted: another run."""

    open_wanted = pyqtSignal(object)
    again_wanted = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.bundle: Path | None = None
        self._entries: list[Entry] = []
        self._complete = True
        self._reader = LatestTask("results")
        self._reader.done.connect(self._show)
        self.sentence = words()
        self.table, self._header = read_only_table(1 + len(COLUMNS)), QHeaderView(Qt.Orientation.Horizontal)
        self.open = button("Open", "Open the model", lambda: self.open_wanted.emit(self.bundle))
        self.card = button("Show card", "How the model was trained, and its figures", self._show_card)
        self.again = button("Train another", "Back to the settings", self.again_wanted.emit)
        self._set_up_table()
        row = filled(QHBoxLayout(), self.open, self.card, self.again)
        parts = (self.sentence, row, heading("Compared with models of the same dataset"), self.table)
        filled(QVBoxLayout(self), *parts, spacing=6)

    def show_bundle(self, bundle: Path, trained: Path, *, complete: bool) -> None:
        """Show the result of a run. trained: the folder of the user's bundles. complete: whether all epochs ran."""
        self.bundle, self._complete = bundle, complete
        self.sentence.setText("Reading…")
        self._entries = []
        self._fill()
        self._reader.begin(lambda check: _read(bundle, trained, check))

    def end(self) -> None:
        """Stop threads, as the window closes."""
        self._reader.close(_PATIENCE)

    def _show(self, read: tuple[BundleConfig, list[Entry]] | UserError) -> None:
        if isinstance(read, UserError):
            self.sentence.setText(safe_text(str(read)))
            return
        config, self._entries = read
        epochs = f"{config.training.epochs} epoch{'s' if config.training.epochs != 1 else ''}"
        how = "trained" if self._complete else "stopped and kept after"
        took = duration(60 * config.training.minutes)
        self.sentence.setText(f"{config.name} is ready: {how} {epochs}, in {took}.")
        self._fill()

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self.theme = theme
        self._fill()

    def _set_up_table(self) -> None:
        table = self.table
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setToolTip(tooltip("Double-click a model to open it"))
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.cellDoubleClicked.connect(lambda row, _: self.open_wanted.emit(self._entries[row].folder))
        table.setHorizontalHeader(self._header)
        self._header.setMinimumSectionSize(20)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setHorizontalHeaderItem(0, QTableWidgetItem("Model"))
        for place, column in enumerate(COLUMNS, 1):
            item = QTableWidgetItem(column.label)
            item.setToolTip(tooltip(column.sentence))
            table.setHorizontalHeaderItem(place, item)
            table.setColumnWidth(place, column.width)

    def _fill(self) -> None:
        """Fill a row for each bundle; highlights the trained one and the best of each column."""
        table, height = self.table, 2 * self.table.fontMetrics().lineSpacing() + 8
        table.setRowCount(len(self._entries))
        for row, entry in enumerate(self._entries):
            mine = entry.folder == self.bundle
            self._put(row, 0, f"{entry.name}\n{entry.kind}", str(entry.folder), bold=mine, mine=mine)
            for place, column in enumerate(COLUMNS, 1):
                value = entry.values[column.name]
                wins = value is not None and value == best(self._entries, column)
                tip = f"The best of these. {column.sentence}" if wins else column.sentence
                item = self._put(row, place, column.text(value), tip, bold=wins, mine=mine)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if wins:
                    item.setForeground(QBrush(QColor(self.theme.good)))
            table.setRowHeight(row, height)
            if mine:
                table.scrollToItem(table.item(row, 0))
        for entry in self._entries:
            for place, column in enumerate(COLUMNS, 1):
                if entry.folder == self.bundle:
                    table.setColumnHidden(place, not entry.compares(column))
        shown = max(1, min(_ROWS, len(self._entries)))
        table.setFixedHeight(self._header.sizeHint().height() + shown * height + 4)

    def _put(self, row: int, place: int, text: str, tip: str, *, bold: bool, mine: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(safe_text(text, keep="\n"))
        item.setToolTip(tooltip(tip))
        font = item.font()
        font.setBold(bold)
        item.setFont(font)
        if mine:
            ground = QColor(self.theme.accent)
            ground.setAlpha(48)
            item.setBackground(QBrush(ground))
        self.table.setItem(row, place, item)
        return item

    def _show_card(self) -> None:
        if self.bundle is not None:
            show_text(self, f"Card of {self.bundle.name}", _card_of(self.bundle))


def _read(bundle: Path, trained: Path, check: Callable[[], None]) -> tuple[BundleConfig, list[Entry]] | UserError:
    """A bundle and those to compare with, or why it cannot be read; called in a thread, as there may be many."""
    try:
        config = read_config(bundle)
    except UserError as error:
        return error
    return config, entries(config.dataset.name, trained, [bundle], check)


def _card_of(bundle: Path) -> str:
    """The card of a bundle, or why there is none."""
    try:
        return read_regular(bundle / CARD, TEXT_BYTES).decode(errors="replace")
    except (OSError, UserError) as error:
        return f"The card cannot be read: {error}"
