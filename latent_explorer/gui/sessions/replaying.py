"""Drawing a saved map without a window, for sessions, commands and Python."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QApplication

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.export import Format
from latent_explorer.gui import theme as themes
from latent_explorer.gui.alignment.anchoring import Anchoring
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.maker import Maker, Order
from latent_explorer.gui.exports.offers import OFFERS, ExportSource
from latent_explorer.gui.exports.worker import Outcome, Worker
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import MapRestorer
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.sessions.linked import SavedLink
from latent_explorer.gui.settings import PictureSettings, PointLook, Settings
from latent_explorer.gui.widgets.banner import Banner
from latent_explorer.session import SessionStore
from latent_explorer.session.saved import Arrays, SavedLook, SavedMap, SavedSession

START: Callable[[], Engine] = ProcessEngine
"""Starts the engine for a replay."""


@dataclass(frozen=True, eq=False)
class SavedBeside:
    """The other map of a session and the link. folder: of its bundle. source: whether it is the link's source."""

    folder: Path
    session: SavedSession
    arrays: Arrays
    source: bool

    @property
    def map(self) -> SavedMap:
        return self.session.maps[0 if self.source else 1]


def replay_map(
    folder: Path,
    saved: SavedMap,
    arrays: Arrays,
    look: SavedLook,
    known: Format,
    choices: Choices,
    out: Path,
    overwrite: bool,
    beside: SavedBeside | None = None,
) -> list[str]:
    """Draw a saved map of the bundle in a folder to a file; returns descriptions of what does not fit the bundle.

    beside: the linked map, or one drawn beside it. Needs a QApplication. Raises UserError if it cannot be drawn or
    written.
    """
    with _panes(look, 1 if beside is None else 2) as (pane, *others), ExitStack() as ends:
        lost = _show(pane, folder, saved, arrays)
        panes = [pane]
        if beside is not None:
            lost += _show(others[0], beside.folder, beside.map, beside.arrays)
            panes = [*others, pane] if beside.source else [pane, *others]
            lost += ends.enter_context(_linked(panes, beside))
        subject = OFFERS["map"](ExportSource(pane, panes=panes))
        worker = Worker(pane)
        maker = Maker(pane, subject, pane.client, worker)
        for each in panes:
            each.client.subscribe("export", partial(maker.take, each.client))
        made: list[Outcome] = []
        maker.made.connect(made.append)

        def write(order: Order, watch: Any) -> Path:
            return order.write(out, overwrite, watch)

        maker.begin(known, choices, write)
        _wait(pane, lambda: bool(made))
        maker.end()
        worker.join(10.0)
        if made[0].error:
            raise UserError(made[0].error)
        return lost


@contextmanager
def _linked(panes: Sequence[MapPane], beside: SavedBeside) -> Iterator[list[str]]:
    """A context with the link of a session between two panes; yields descriptions of what does not fit."""
    saved = beside.session.alignment
    if saved is None or not saved.linked:
        yield []
        return
    with tempfile.TemporaryDirectory() as scratch:
        linking = Linking(SessionStore(Path(scratch)), lambda _: None)
        linking.look(panes)
        assert linking.link is not None
        marks, link = Anchoring(linking.link, lambda _: None), SavedLink(linking)
        still = msgspec.structs.replace(saved, travels=())  # no synchronisation between the maps
        link.expect(msgspec.structs.replace(beside.session, alignment=still), beside.arrays)
        try:
            lost = link.show(panes)
            _wait(panes[0], partial(_fitted, linking.link))
            yield lost
        finally:
            marks.close()
            marks.deleteLater()
            linking.close()


def _fitted(link: Link) -> bool:
    """Whether the translators are fitted and everything is shown, or there are none."""
    anchors, fit = link.alignment.state.anchors, link.fit
    if not anchors and link.alignment.state.growth != "blind":
        return True
    return bool(link.trouble) or (fit is not None and fit.anchors == anchors and fit.errors is not None)


@contextmanager
def _panes(look: SavedLook, count: int) -> Iterator[list[MapPane]]:
    """A context with invisible panes with their own settings."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(Path(scratch) / "settings.json")
        settings.put(PointLook(look.point_size, look.point_colour))
        banner = Banner()
        banner.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        shared = Shared(settings, banner, lambda _: None)
        shared.choose_palette(look.palette)
        shared.choose_shapes(look.shapes)
        panes = [MapPane(shared, START) for _ in range(count)]
        try:
            for pane in panes:
                pane.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
                pane.show_pictures(PictureSettings(pixels=look.picture_size, fade=False))
                pane.dress(themes.DARK if look.theme == "dark" else themes.LIGHT)
                pane.show()
            yield panes
        finally:
            for pane in panes:
                pane.end()
                pane.close()
            for each in (*(panel for pane in panes for panel in pane.panels.values()), *panes, banner):
                each.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _show(pane: MapPane, folder: Path, saved: SavedMap, arrays: Arrays) -> list[str]:
    """Show the map in its saved size; returns descriptions of what does not fit."""
    QApplication.processEvents()
    width, height = saved.size
    for _ in range(2):  # the second time with the room that axes take
        view = pane.canvas.view
        pane.resize(pane.width() + width - view.width, pane.height() + height - view.height)
        QApplication.processEvents()
    restorer, lost = MapRestorer(pane), list[str]()
    restorer.shown.connect(lost.extend)
    restorer.show(saved, arrays, folder)
    _wait(pane, lambda: not restorer.waiting)
    return lost


def _wait(pane: MapPane, seen: Callable[[], bool]) -> None:
    """Process events until `seen` returns true. Raises UserError with the pane's complaint."""
    while not seen():
        if pane.shared.banner.message:
            raise UserError(pane.shared.banner.message)
        QApplication.processEvents()
        time.sleep(0.002)
