"""A saved map drawn by a pane that no window holds: what a session, a command and Python give as its file."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QApplication

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.export import Format
from latent_explorer.gui import theme as themes
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.maker import Maker, Order
from latent_explorer.gui.exports.offers import OFFERS, ExportSource
from latent_explorer.gui.exports.worker import Outcome, Worker
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import MapRestorer
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.settings import PictureSettings, PointLook, Settings
from latent_explorer.gui.widgets.banner import Banner
from latent_explorer.session.saved import Arrays, SavedLook, SavedMap

START: Callable[[], Engine] = ProcessEngine
"""Starts the engine of what is replayed."""


def replay_map(
    folder: Path,
    saved: SavedMap,
    arrays: Arrays,
    look: SavedLook,
    known: Format,
    choices: Choices,
    out: Path,
    overwrite: bool,
) -> list[str]:
    """Draw a saved map of the bundle in a folder to a file; returns what of it does not fit the bundle, in words.

    There has to be a QApplication. Raises UserError where it cannot be drawn or written.
    """
    with _pane(look) as pane:
        lost = _show(pane, folder, saved, arrays)
        subject = OFFERS["map"](ExportSource(pane))
        worker = Worker(pane)
        maker = Maker(pane, subject, pane.client, worker)
        pane.client.subscribe("export", partial(maker.take, pane.client))
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
def _pane(look: SavedLook) -> Iterator[MapPane]:
    """A pane with settings of its own, that nobody sees; ended afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(Path(scratch) / "settings.json")
        settings.put(PointLook(look.point_size, look.point_colour))
        banner = Banner()
        banner.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        shared = Shared(settings, banner, lambda _: None)
        shared.choose_palette(look.palette)
        pane = MapPane(shared, START)
        pane.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        try:
            pane.show_pictures(PictureSettings(pixels=look.picture_size, fade=False))
            pane.dress(themes.DARK if look.theme == "dark" else themes.LIGHT)
            pane.show()
            yield pane
        finally:
            pane.end()
            pane.close()
            for each in (*pane.panels.values(), pane, banner):
                each.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _show(pane: MapPane, folder: Path, saved: SavedMap, arrays: Arrays) -> list[str]:
    """Show the map, as large as it was; returns what of it does not fit."""
    QApplication.processEvents()
    width, height = saved.size
    for _ in range(2):  # the axes take room beside the map
        view = pane.canvas.view
        pane.resize(pane.width() + width - view.width, pane.height() + height - view.height)
        QApplication.processEvents()
    restorer, lost = MapRestorer(pane), list[str]()
    restorer.shown.connect(lost.extend)
    restorer.show(saved, arrays, folder)
    _wait(pane, lambda: not restorer.waiting)
    return lost


def _wait(pane: MapPane, seen: Callable[[], bool]) -> None:
    """Let the pane work until something is seen. Raises UserError with what it complains of."""
    while not seen():
        if pane.shared.banner.message:
            raise UserError(pane.shared.banner.message)
        QApplication.processEvents()
        time.sleep(0.002)
