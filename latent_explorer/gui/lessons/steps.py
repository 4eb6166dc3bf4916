"""One lesson as it is gone through: the steps that are done, ticked, and the one that is to be done."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import Scrolling, filled, wide_button, words
from latent_explorer.gui.widgets.plain import PlainLabel, caption, tooltip
from latent_explorer.lessons import LessonStep, LessonText

_DONE = (
    "QPushButton { border: 1px solid transparent; background: transparent; text-align: left; padding: 1px 4px;"
    " color: palette(placeholder-text); }"
    "QPushButton:focus, QPushButton:hover { border-color: palette(highlight); }"
)
_NOW = "#now { border: none; border-left: 3px solid palette(highlight); }"
_THICK = 6  # pixels of the bar


class DoneStep(QWidget):
    """A step that is done: its title, ticked; pressed, its text can be read again."""

    def __init__(self, step: LessonStep) -> None:
        super().__init__()
        self.title = wide_button("✓  " + caption(step.title), "Read this step again", lambda: None)
        self.title.setCheckable(True)
        self.title.setStyleSheet(_DONE)
        self.title.setAccessibleName(f"Done: {step.title}")
        self._text = words("faint")
        self._text.setText(step.text)
        self._text.setContentsMargins(22, 0, 0, 4)
        self._text.hide()
        self.title.toggled.connect(self._text.setVisible)
        filled(QVBoxLayout(self), self.title, self._text, spacing=0)


class CurrentStep(QFrame):
    """The step that is to be done. open_wanted: its models; run_wanted: its run."""

    open_wanted = pyqtSignal()
    run_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("now")
        self.setStyleSheet(_NOW)
        self.title, self.text = words(), words()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.open = wide_button("Open", "Open what this step needs, beside each other or alone", self.open_wanted.emit)
        self.run = wide_button("Train", "Begin this training with the settings of the lesson", self.run_wanted.emit)
        self.bar, self.progress, self.hint = QProgressBar(), words("faint"), words()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_THICK)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName("How far this step is done")
        parts = self.title, self.text, self.open, self.run, self.bar, self.progress, self.hint
        filled(QVBoxLayout(self), *parts, spacing=6, margins=(10, 4, 8, 6))

    def show_step(self, number: int, step: LessonStep) -> None:
        """Show another step."""
        self.title.setText(f"{number}.  {step.title}")
        self.text.setText(step.text)
        self.setAccessibleName(f"Step {number}: {step.title}")
        self.setAccessibleDescription(step.text)
        self.show_hint("")
        self.show_progress(0.0, "")

    def offer(self, models: Sequence[str], run: str, why_not: str = "") -> None:
        """Offer to open models, and to train; why_not: what stands against training now."""
        self.open.setText(caption(f"Open {' and '.join(models)}"))
        self.open.setVisible(bool(models))
        self.run.setText(caption(f"Train {run}"))
        self.run.setVisible(bool(run))
        self.run.setEnabled(not why_not)
        self.run.setToolTip(tooltip(why_not or "Begin this training with the settings of the lesson"))

    def show_progress(self, share: float, told: str) -> None:
        """Show how far the step is done."""
        self.bar.setValue(round(100 * share))
        self.bar.setVisible(bool(told))
        if told != self.progress.text():
            self.progress.setText(told)
        self.progress.setVisible(bool(told))

    def show_hint(self, hint: str) -> None:
        """Show a hint, or none."""
        self.hint.setText(f"Hint: {hint}" if hint else "")
        self.hint.setVisible(bool(hint))


class StepPage(QWidget):
    """One lesson. back_wanted: the list is. restart_wanted: the lesson from its beginning."""

    back_wanted = pyqtSignal()
    restart_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.now = CurrentStep()
        self.now.setParent(self)  # until a lesson is shown; else it would be a window of its own
        self.now.hide()
        self.done: list[DoneStep] = []
        self.title, self.count = words(), PlainLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.count.setProperty("role", "faint")
        self.back = tool_button("‹ All", "Leave this lesson; you can continue it later", self.back_wanted.emit)
        self.back.setAccessibleName("All lessons")
        self.restart = tool_button("Restart", "Begin this lesson anew", self.restart_wanted.emit)
        self._area = Scrolling()
        if (bar := self._area.verticalScrollBar()) is not None:
            bar.rangeChanged.connect(self._follow)  # the step grows by its progress, or a second map takes room
        head = filled(QHBoxLayout(), self.back, 1, self.count, self.restart)
        column = filled(QVBoxLayout(self), head, self.title, self._area, spacing=5, margins=(8, 2, 6, 6))
        column.setStretchFactor(self._area, 1)

    def show_lesson(self, lesson: LessonText, index: int) -> None:
        """Show a lesson at a step that is to be done."""
        self.title.setText(lesson.title)
        self.count.setText(f"Step {index + 1} of {len(lesson.steps)}")
        self.done = [DoneStep(step) for step in lesson.steps[:index]]
        self.now = self._renewed(lesson.steps[index], index + 1)
        QTimer.singleShot(0, self._follow)  # once all has its place

    def _renewed(self, step: LessonStep, number: int) -> CurrentStep:
        now, inside = self.now, QWidget()
        now.setParent(None)
        now.show_step(number, step)
        column = filled(QVBoxLayout(inside), *self.done, now, 1, spacing=2)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._area.setWidget(inside)
        now.show()
        return now

    def show_hint(self, hint: str) -> None:
        """Show a hint, in sight: the steps that are done make way for it."""
        self.now.show_hint(hint)
        QTimer.singleShot(0, self._make_way)

    def _make_way(self) -> None:
        if (bar := self._area.verticalScrollBar()) is not None:
            bar.setValue(self.now.y())

    def _follow(self) -> None:
        """Have the step that is to be done in sight, its beginning above all."""
        bar, read = self._area.verticalScrollBar(), any(each.title.isChecked() for each in self.done)
        if bar is not None and self.done and not read:
            bar.setValue(max(0, self.now.y() - self.done[-1].height() - 2))
