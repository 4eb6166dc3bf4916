"""The workbench: everything that map panes share, and the panels that follow the active one."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from PyQt6.QtCore import QObject, QPoint, pyqtSignal
from PyQt6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from latent_explorer.charts import ChartSpec
from latent_explorer.engine.process import Engine
from latent_explorer.gui.alignment.control import AnchorControl
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.appearance import AppearanceControl
from latent_explorer.gui.docks import Docks
from latent_explorer.gui.drops import DropPlace, Drops, PathTaker, is_over, on_single
from latent_explorer.gui.exports.exporter import Exporter
from latent_explorer.gui.importing.importer import Importer
from latent_explorer.gui.library.library import Library
from latent_explorer.gui.pane.latency_window import show_times
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.sessions.copies import Copies
from latent_explorer.gui.sessions.files import SessionFiles
from latent_explorer.gui.settings import PictureSettings, Settings
from latent_explorer.gui.shown_bundles import ShownBundles
from latent_explorer.gui.status import StatusBar, StatusLine
from latent_explorer.gui.studies.placing import place_images
from latent_explorer.gui.studies.studies import Studies
from latent_explorer.gui.studies.study import Study
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.panel import TrainingPanel
from latent_explorer.gui.training.run_navigator import Guide
from latent_explorer.gui.training.trainer import StartTrainer, Trainer
from latent_explorer.gui.training.unfinished import Leaving
from latent_explorer.gui.undoing import Undoing
from latent_explorer.gui.widgets.banner import Banner
from latent_explorer.gui.widgets.parts import filled, scrolled, timer
from latent_explorer.gui.widgets.plain import window_title
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.places import shipped_bundles, trained_folder
from latent_explorer.session import OpenBundle, Session, SessionStore
from latent_explorer.session.alignment import Alignment

_SAVE_MS = 2000  # after the last change, so that settings survive a kill

MOST_MAPS = 2


class Workbench(QObject):
    """Settings, messages, theme, training, exports, and map panes, one of which is active.

    window: gets the docks, the status bar and the maps. activated: the active pane has changed. changed: the bundle or
    the session's state in the active pane has changed.
    """

    activated = pyqtSignal()
    changed = pyqtSignal()

    def __init__(
        self, window: QMainWindow, settings: Settings, start_engine: Callable[[], Engine], start_trainer: StartTrainer
    ) -> None:
        super().__init__(window)
        self._window, self._start_engine = window, start_engine
        self.settings = settings
        self.banner = Banner()
        bar = StatusBar()
        window.setStatusBar(bar)
        self.status = StatusLine(bar, settings, lambda: self.active.readings, self._work)
        self.status.graph_wanted.connect(self.show_times)
        self.shared = Shared(settings, self.banner, self.status.say)
        self._saving = timer(self, _SAVE_MS, settings.save, once=True)
        settings.on_change = self._saving.start
        self.docks = Docks(window)
        self._lay_out()
        self.panes: list[MapPane] = []
        self._make_appearance()
        self._studies: dict[MapPane, Studies] = {}
        self.linking = Linking(SessionStore(settings.sessions), self.status.say)
        self.docks.add({"Compare": self.linking.panel})
        self.linking.changed.connect(lambda: self.docks.show_below("Compare", shown=self.link is not None))
        self.anchors = AnchorControl(window, self.linking, self.status.say)
        self.anchors.changed.connect(self.changed)
        self.linking.changed.connect(lambda: self.docks.offer("Alignment", shown=self.link is not None))
        self.docks.add({"Alignment": scrolled(self.anchors.panel)})
        self.appearance.dressed.connect(self._dress)
        self.undoing = Undoing(self._undone, self.status.say)
        self._make_training(start_trainer)
        self.exporter = Exporter(window, lambda: self.active, lambda: self.link, lambda: self.panes)
        self.exporter.exported.connect(self.status.say_exported)
        self.guide.exported.connect(self.status.say_exported)
        self.shown = ShownBundles(self.panes, lambda: self.active, self.trainer)
        self.library = Library(window, settings, self.shown)
        self.library.chosen.connect(self.open)
        self.library.beside.connect(self.open_beside)
        self.library.browsed.connect(self.open_path)
        self.library.said.connect(self.status.say)
        self.sessions = SessionFiles(window, self)
        sessions = self.sessions
        self.copies = Copies(self, lambda: sessions.look, lambda: sessions.holding)
        self.importer = Importer(window, trained_folder())
        self.importer.imported.connect(self.open)
        self.taker = PathTaker(self, self.banner, self.train_on, self.sessions.open_file, self.importer.open)
        self.drops = Drops(window, self.taker, self.place_at)
        self.drops.watch(self.training)
        self.add_pane()
        self.guide.lead(self.active)
        self.docks.arrange_first()

    def _work(self) -> Iterator[Work]:
        """Work in progress that belongs to no map."""
        yield from self.exporter.work
        yield from self.importer.work
        yield from self.guide.work
        yield from self.trainer.work
        yield from self.studies.work
        if self.link is not None:
            yield from self.link.work

    def _lay_out(self) -> None:
        self.maps = QSplitter()
        self.maps.setChildrenCollapsible(False)
        middle = QWidget()
        self._column = filled(QVBoxLayout(middle), self.banner, self.maps, spacing=0)
        self._column.setStretchFactor(self.maps, 1)
        self._window.setCentralWidget(middle)

    def _make_appearance(self) -> None:
        self.appearance = chosen = AppearanceControl(self.shared, self.panes)
        self.choose_theme, self.use_pictures = chosen.choose_theme, chosen.use_pictures
        self.choose_palette, self.choose_shapes = chosen.choose_palette, chosen.choose_shapes

    @property
    def theme(self) -> Theme:
        return self.appearance.theme

    @property
    def pictures(self) -> PictureSettings:
        return self.appearance.pictures

    def _dress(self, theme: Theme) -> None:
        """Apply a theme to the parts around the maps."""
        self.banner.dress(theme)
        self.drops.dress(theme)
        self.training.dress(theme)
        self.anchors.dress(replace(theme, shapes=self.shared.shapes))
        self._show_titles()

    def _make_training(self, start_trainer: StartTrainer) -> None:
        self.trainer = Trainer(self, trained_folder(), start_trainer)
        self.training = TrainingPanel(self.trainer)
        self.training.open_wanted.connect(self.open)
        self.docks.add({"Training": self.training})
        self.guide = Guide(self.trainer, self.training, lambda: self.active)
        self.guide.shown_wanted.connect(self.show_training)
        self.leaving = Leaving(self._window, self.trainer, self.banner, self._show_setup)

    # -- panes

    def add_pane(self) -> MapPane:
        """Add a map and make it active."""
        pane = MapPane(self.shared, self._start_engine)
        self.panes.append(pane)
        self.maps.addWidget(pane)
        studies = self._studies[pane] = Studies(pane, self.docks.bring_in_turn)
        self.docks.add({**pane.panels, **studies.panels})
        pane.dress(self.theme)
        pane.show_pictures(self.pictures)
        pane.turned_to.connect(lambda: self.activate(pane))
        pane.changed.connect(lambda: self._tell(pane))
        pane.changed.connect(lambda: self.linking.look(self.panes))
        pane.remembered.connect(self.settings.remember_bundle)
        raised = pane.selecting.raise_wanted
        raised.connect(lambda title, show: self.docks.bring(title, show) if pane is self.active else None)
        pane.title.close_wanted.connect(lambda: self.close_pane(pane))
        self.exporter.serve(pane)
        pane.copy_wanted.connect(self.copies.copy)
        self._make_active(pane)
        return pane

    def activate(self, pane: MapPane) -> None:
        """Make a pane active: panels and menus follow it."""
        if pane in self.panes and pane is not self.active:
            self._make_active(pane)

    def _make_active(self, pane: MapPane) -> None:
        self.active = pane
        self.docks.show_panels({**pane.panels, **self.studies.panels})
        self._show_titles()
        self.activated.emit()
        self._tell(pane)

    def close_pane(self, pane: MapPane) -> None:
        """Close a map with its engine and panels, unless it is the last one."""
        if len(self.panes) == 1 or pane not in self.panes:
            return
        self.exporter.leave(pane)
        self.panes.remove(pane)
        self.linking.look(self.panes)
        if self.active is pane:
            self.activate(self.panes[0])
        if self.guide.pane is pane:
            self.guide.lead(self.active)
        studies = self._studies.pop(pane)
        studies.end()
        pane.end()
        self.docks.remove({**pane.panels, **studies.panels})
        pane.setParent(None)
        pane.deleteLater()
        self._show_titles()
        self.active.canvas.setFocus()

    @property
    def studies(self) -> Studies:
        """The studies of the active map."""
        return self._studies[self.active]

    @property
    def link(self) -> Link | None:
        """The link between the two maps, or None."""
        return self.linking.link

    def pane_at(self, at: QPoint) -> MapPane:
        """The pane at a global position; otherwise the active one."""
        return next((pane for pane in self.panes if is_over(pane, at)), self.active)

    def place_at(self, at: QPoint) -> DropPlace:
        """The drop target at a global position."""
        if self.training.isVisible() and is_over(self.training, at):
            return DropPlace(self.training, None)
        pane = self.pane_at(at)
        place = self._map_of(pane)
        alone = len(self.panes) < MOST_MAPS and pane.bundle is not None
        return on_single(place, at, self.open_beside) if alone else place

    def _map_of(self, pane: MapPane) -> DropPlace:
        """A map as a drop target for models and images."""
        return DropPlace(pane, pane, images=None if pane.bundle is None else partial(self.place_images, pane))

    def _show_titles(self) -> None:
        for pane in self.panes:
            pane.title.setVisible(len(self.panes) > 1)
            pane.title.show_active(pane is self.active, self.theme)

    def _tell(self, pane: MapPane) -> None:
        if pane is self.active:
            name = "" if pane.bundle is None else f"{pane.bundle.name} – "
            self._window.setWindowTitle(window_title(f"{name}Latent Explorer"))
            self.changed.emit()

    # -- actions of the user

    def open(self, folder: Path) -> None:
        self.active.open(folder)

    def open_path(self, path: Path) -> None:
        """Open the bundle that a path is, or belongs to; otherwise explain what it is and what can be done."""
        self.taker.open(path, self._map_of(self.active))

    def train_on(self, dataset: Path) -> None:
        """Show the training form with these images filled in."""
        self.docks.bring("Training")
        if not self.training.train_on(dataset):
            self.banner.say(
                "A model is being trained. Stop it, or wait until it is done, before you train on other images."
            )

    def place_images(self, pane: MapPane, paths: Sequence[Path]) -> None:
        """Place the images at paths on a map: one as the user's own image, several as a set."""
        self.activate(pane)
        place_images(self.show_study, paths)

    def open_each(
        self,
        folders: Sequence[Path],
        charts: Sequence[ChartSpec] = (),
        begun: "Sequence[Future[OpenBundle] | None]" = (),
    ) -> None:
        """Open bundles side by side, the first in the active pane, which stays active.

        charts: of the first bundles. begun: the readings of the first bundles.
        """
        first = self.active
        for number, (folder, chart, reading) in enumerate(zip_longest(folders, charts[: len(folders)], begun)):
            pane = self.add_pane() if number else first
            pane.open(folder, chart, reading)
        self.activate(first)

    def open_beside(self, folder: Path) -> None:
        """Open the bundle in a folder in a second map, unless two are open."""
        if len(self.panes) < MOST_MAPS:
            self.add_pane().open(folder)
        else:
            self.banner.say("Two maps are open. Close one first, with View ▸ Close this map.")

    def open_examples(self, left: Path, right: Path) -> None:
        """Open two bundles side by side, the first in the left map; a bundle that is already in its place stays."""
        self.activate(self.panes[0])
        if len(self.panes) < MOST_MAPS:
            self.add_pane()
        for pane, folder in zip(self.panes, (left, right), strict=True):
            if pane.bundle is None or pane.bundle.folder != folder:
                pane.open(folder)

    def _undone(self) -> Iterator[Session | Alignment]:
        """What can be undone: changes of the active map's session, and of the anchors between two maps."""
        if self.active.session is not None:
            yield self.active.session
        if self.link is not None:
            yield self.link.alignment

    def show_study(self, name: str) -> Study:
        """Raise the panel of a study of the active map."""
        return self.studies.show(name)

    def show_training(self) -> None:
        self.docks.bring("Training")
        self.training.setFocus()

    def _show_setup(self) -> None:
        self.docks.bring("Training")
        self.training.show_setup()

    def show_times(self) -> None:
        """Open a live graph of the times of hovers and frames in the active pane."""
        show_times(self._window, self.active, self.theme)

    def clear_disk(self) -> None:
        """Delete all pictures and fields cached on disk."""
        for pane in self.panes:
            pane.store.clear()
            pane.look()  # request again what would have been read
        self.status.say("The pictures and fields kept on disk were deleted.")

    # -- the list of bundles

    def show_in_folder(self) -> None:
        """Show the files of the open model in the file manager."""
        if complaint := self.shown.show_in_folder():
            self.banner.say(complaint)

    def welcome(self, name: str) -> None:
        """Show a line above the map on which model is open and where the others are."""
        from latent_explorer.gui.library.welcome import WelcomeLine  # needed at the first launch only

        line = WelcomeLine(name, len(shipped_bundles()))
        line.browse.clicked.connect(self.library.open)
        line.train.clicked.connect(self.show_training)
        self._column.insertWidget(0, line)

    # -- the end

    def end(self) -> None:
        """Stop all processes and threads, as the window closes."""
        self.sessions.end()
        self.linking.close()
        self.anchors.close()
        self.docks.remember(self.settings)
        self.settings.save()
        self._saving.stop()
        self.status.stop()
        self.taker.close()
        self.library.close()
        self.importer.close()
        self.trainer.close()
        self.training.end()
        self.leaving.end()
        for pane in self.panes:
            self._studies[pane].end()
            pane.end()
