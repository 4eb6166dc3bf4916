"""The main window: assembles the workbench, its menus and its tool bar, and decides nothing."""

from collections.abc import Callable

from PyQt6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QMainWindow

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.gui.pane.opening import dropped_folder
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.menus import Menus, tool_bar
from latent_explorer.gui.training.trainer import StartTrainer, start_trainer
from latent_explorer.gui.workbench import Workbench


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
        self.menus = Menus(self, self.workbench)
        self.addToolBar(tool_bar(self, self.menus.actions))
        self.workbench.choose_theme(settings.theme)
        self.workbench.docks.restore(settings)
        self.setAcceptDrops(True)

    @property
    def pane(self) -> MapPane:
        return self.workbench.active

    def action(self, text: str) -> QAction:
        """The menu entry of these words."""
        return self.menus.actions[text]

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        folder = None if event is None else dropped_folder(event)
        if event is not None and folder is not None:
            self.workbench.pane_at(self.mapToGlobal(event.position().toPoint())).open(folder)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if event is not None and not self.workbench.leaving.may_close():
            event.ignore()
            return
        self.workbench.end()
        super().closeEvent(event)
