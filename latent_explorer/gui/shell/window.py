"""The main window: assembles the workbench, its menus and its tool bar."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QAction, QCloseEvent, QShowEvent, QWindowStateChangeEvent
from PyQt6.QtWidgets import QMainWindow

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.gui.lessons.dock import TITLE, LessonDock
from latent_explorer.gui.lessons.uses import lesson_uses
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.class_chooser import ClassChooser
from latent_explorer.gui.shell.keyboard import Keyboard
from latent_explorer.gui.shell.menus import Menus, tool_bar
from latent_explorer.gui.training.trainer import StartTrainer, start_trainer
from latent_explorer.gui.widgets.focus_ring import FocusRing
from latent_explorer.gui.widgets.placing import fit
from latent_explorer.gui.workbench import Workbench

_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen
_FRAMED_MS = 300  # enough time for the window manager to add its frame


class MainWindow(QMainWindow):
    """A workbench with menus around it."""

    def __init__(
        self,
        settings: Settings,
        start_engine: Callable[[], Engine] = ProcessEngine,
        start_trainer: StartTrainer = start_trainer,
    ) -> None:
        super().__init__()
        self.workbench = Workbench(self, settings, start_engine, start_trainer)
        self.lessons = LessonDock(lesson_uses(self, self.workbench))
        self.workbench.docks.add({TITLE: self.lessons.place})
        self.menus = Menus(self, self.workbench, self.lessons)
        self.keyboard = Keyboard(self, lambda: self.workbench.active.canvas)
        self.focus_ring = FocusRing(self)
        bar = tool_bar(self, self.menus.actions, self.workbench.linking)
        self.addToolBar(bar)
        self.classes = ClassChooser(self.workbench)
        self.classes.put_on(bar)
        self.workbench.choose_theme(settings.theme)
        self.workbench.docks.restore(settings)

    @property
    def pane(self) -> MapPane:
        return self.workbench.active

    def action(self, text: str) -> QAction:
        """The menu entry with a text."""
        return self.menus.actions[text]

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        QTimer.singleShot(_FRAMED_MS, self._fit)

    def _fit(self) -> None:
        fit(self)

    def event(self, event: QEvent | None) -> bool:
        """Let Esc close the banner before anything else."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride and self.workbench.banner.closes(event):
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Fit a window that is no longer maximised to its screen."""
        super().changeEvent(event)
        if isinstance(event, QWindowStateChangeEvent) and event.oldState() & _FILLING and self.isVisible():
            QTimer.singleShot(_FRAMED_MS, self._fit)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        bench = self.workbench
        may_close = bench.leaving.may_close() and (bench.leaving.unasked or bench.sessions.may_close())
        if event is not None and not may_close:
            event.ignore()
            return
        self.lessons.end()
        self.workbench.end()
        super().closeEvent(event)
