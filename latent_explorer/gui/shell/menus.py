"""The menus of the main window."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMenu, QMessageBox, QToolBar

from latent_explorer import __version__
from latent_explorer.gui.shell.actions import SEPARATOR, Command, Entry, Submenu, build_menus
from latent_explorer.gui.shell.picture_menu import fill_picture_menu
from latent_explorer.places import shipped_bundles, trained_folder

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow


def window_menus(window: "MainWindow") -> dict[str, QAction]:
    """Fill the menu bar of a window; returns its actions by their text."""
    menus = {"&File": _file, "&Edit": _edit, "&View": _view, "&Tools": _tools, "&Help": _help}
    return build_menus(window, {title: entries(window) for title, entries in menus.items()})


def tool_bar(window: "MainWindow") -> QToolBar:
    """What one reaches for most, always in sight."""
    bar = QToolBar("Tool bar", window)
    bar.setObjectName("Tool bar")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    bar.setMovable(False)
    window.actions_by_text["Train a model…"].setIconText("Train")
    for group in (
        ("Probe", "Path", "Select"),
        ("Fit", "Zoom in", "Zoom out"),
        ("Undo", "Redo"),
        ("Loupe",),
        ("Train a model…",),
    ):
        for text in group:
            bar.addAction(window.actions_by_text[text])
        bar.addSeparator()
    return bar


def _file(window: "MainWindow") -> Iterator[Entry]:
    yield Command("Open bundle…", partial(_choose_bundle, window), "Ctrl+O", "Open a bundle's folder")
    yield Submenu("Bundles that ship", partial(_list_shipped, window))
    yield Submenu("Bundles you trained", partial(_list_trained, window))
    yield Submenu("Recent bundles", partial(_list_recent, window))
    yield SEPARATOR
    yield Command("Train a model…", partial(_show_training, window), "Ctrl+T", "Train a model on images of your choice")
    yield Command(
        "Through its training", window.guide.look_back, "Ctrl+Shift+T", "Go back through the epochs of this bundle"
    )
    yield SEPARATOR
    exporter = window.exporter
    yield Command("Export picture…", exporter.picture, "Ctrl+E", "Export the decoded picture")
    yield Command("Export filmstrip…", exporter.filmstrip, "Ctrl+Shift+E", "Export the pictures of the path")
    yield Command("Export grid…", exporter.grid, "Ctrl+G", "Export the region seen as a grid of pictures")
    yield Command("Export map…", exporter.map, "Ctrl+M", "Export the map as shown")
    yield Command("Export latents…", exporter.latents, "Ctrl+L", "Export the latents of all images")
    yield Command("Export selection…", exporter.selection, tip="Export the latents of the selected images")
    yield Command("Export contact sheet…", exporter.contact_sheet, tip="Export the selected images as one picture")
    yield SEPARATOR
    yield Command("Quit", window.quit, "Ctrl+Q")


def _edit(window: "MainWindow") -> Iterator[Entry]:
    yield Command("Undo", window.undo, "Ctrl+Z", "Undo the last change of pins, path or selection")
    yield Command("Redo", window.redo, "Ctrl+Shift+Z", "Take back the last undo")
    yield SEPARATOR
    yield Command("Pin this place", window.pin_probe, "Ctrl+P", "Pin the place that is probed")
    yield Command("Clear path", window.clear_route, "Ctrl+Backspace", "Take the path away")
    yield SEPARATOR
    selecting = window.selecting
    yield Command(
        "Grow selection",
        selecting.grow,
        "Ctrl+Shift+G",
        "Select also the 10 images nearest to each selected, in latent space",
    )
    yield Command("Invert selection", selecting.invert, "Ctrl+I", "Select the other points that are shown")
    yield Command("Clear selection", selecting.escape, "Esc", "Select nothing")


def _view(window: "MainWindow") -> Iterator[Entry]:
    canvas, toggle = window.canvas, window.layers.toggle
    yield Command("Fit", canvas.fit, "F", "Show the whole map")
    yield Command("Zoom in", partial(canvas.zoom, 1.5), "+", "Come closer")
    yield Command("Zoom out", partial(canvas.zoom, 1 / 1.5), "-", "See more")
    yield SEPARATOR
    yield Command("Pictures", partial(toggle, "Pictures"), "1", "Show or hide the decoded pictures")
    yield Command("Points", partial(toggle, "Points"), "2", "Show or hide the data points")
    tip, shown = "Zoomed in far enough, show points as the real images they stand for", window.thumbnails.layer.visible
    yield Command("Real images", window.thumbnails.toggle, "T", tip, checked=shown)
    for title, key in zip(window.fields.by_title, "V56789", strict=True):
        yield Command(title, partial(toggle, title), key, "Show or hide a field: point at its name under Layers")
    yield Submenu("Decoded pictures", partial(fill_picture_menu, window))
    yield Command("Loupe", window.toggle_loupe, "M", "Show the picture beside the pointer", checked=True)
    yield SEPARATOR
    for name in ("system", "light", "dark"):
        run, chosen = partial(window.choose_theme, name), window.settings.theme == name
        yield Command(f"{name.capitalize()} theme", run, checked=chosen, group="theme")
    yield SEPARATOR
    yield from (dock.toggleViewAction() for dock in window.docks.by_title.values())
    yield Command("Reset layout", window.docks.reset, tip="Put all panels back where they were at first")


def _tools(window: "MainWindow") -> Iterator[Entry]:
    tips = {
        "Probe": ("P", "Hover decodes, a click pins, a drag draws a path"),
        "Path": ("D", "Draw a path by dragging, or by two clicks"),
    }
    for name, (key, tip) in tips.items():
        yield Command(name, partial(window.take_tool, name), key, tip, checked=name == "Probe", group="tool")
    tip = "Select points by a rectangle; pressed again, by a lasso"
    yield Command("Select", window.selecting.take_up, "S", tip, checked=False, group="tool")
    yield SEPARATOR
    yield Command("Play or pause", window.filmstrip.play_or_pause, "K", "Play the path")
    yield Command("Previous frame", partial(_step, window, -1), "J", "Go back along the path")
    yield Command("Next frame", partial(_step, window, 1), "L", "Go on along the path")


def _help(window: "MainWindow") -> Iterator[Entry]:
    yield Command("Keys and gestures", partial(_show_keys, window), "F1")
    yield Command("Graph of hover times", window.status.show_graph, tip="How long pictures take to appear")
    yield Command("Restart the engine", window.restart_engine, tip="Start the engine again and ask again")
    yield Command("About Latent Explorer", partial(_about, window))


def _choose_bundle(window: "MainWindow") -> None:
    start = str(window.session.bundle.folder.parent) if window.session is not None else ""
    folder = QFileDialog.getExistingDirectory(window, "Open a bundle's folder", start)
    if folder:
        window.open(Path(folder))


def _list_shipped(window: "MainWindow", menu: QMenu) -> None:
    for folder in shipped_bundles():
        _offer(menu, folder.name, partial(window.open, folder))


def _list_trained(window: "MainWindow", menu: QMenu) -> None:
    for config in sorted(trained_folder().glob("*/config.json")):
        _offer(menu, config.parent.name, partial(window.open, config.parent))
    _say_none(menu)


def _list_recent(window: "MainWindow", menu: QMenu) -> None:
    for folder in window.settings.recent:
        _offer(menu, str(folder), partial(window.open, folder))
    _say_none(menu)


def _say_none(menu: QMenu) -> None:
    if menu.isEmpty():
        none = menu.addAction("None yet")
        assert none is not None
        none.setEnabled(False)


def _show_training(window: "MainWindow") -> None:
    window.docks.bring("Training")
    window.training.setFocus()


def _offer(menu: QMenu, text: str, run: "partial[None]") -> None:
    action = menu.addAction(text)
    assert action is not None
    action.triggered.connect(lambda: run())


def _step(window: "MainWindow", by: int) -> None:
    count = len(window.filmstrip.frames)
    if count:
        window.filmstrip.go_to((window.filmstrip.index + by) % count)


_KEYS = """
<h3>On the map</h3>
<table cellpadding="3">
<tr><td><b>Move</b></td><td>decode what lies under the pointer</td></tr>
<tr><td><b>Click</b>, Enter</td><td>pin the place</td></tr>
<tr><td><b>Drag</b></td><td>draw a path (snaps to data and pins)</td></tr>
<tr><td><b>Drag a pin</b></td><td>move it</td></tr>
<tr><td><b>Wheel</b>, + and −</td><td>zoom</td></tr>
<tr><td><b>Middle drag</b>, Space and drag</td><td>pan</td></tr>
<tr><td><b>Arrows</b></td><td>move the probe; with Shift by single pixels; with Ctrl pan</td></tr>
<tr><td><b>S, and drag</b></td><td>select points; S again for a lasso, Shift adds</td></tr>
<tr><td><b>Esc</b></td><td>drop what was begun; else clear the selection</td></tr>
</table>
<h3>Everywhere</h3>
<table cellpadding="3">{rows}</table>
"""


def _show_keys(window: "MainWindow") -> None:
    keyed = [action for action in window.actions_by_text.values() if not action.shortcut().isEmpty()]
    rows = "".join(
        f"<tr><td><b>{action.shortcut().toString()}</b></td><td>{action.text().replace('…', '')}</td></tr>"
        for action in keyed
    )
    message_box(window, "Keys and gestures", _KEYS.format(rows=rows))


def _about(window: "MainWindow") -> None:
    message_box(
        window,
        "About Latent Explorer",
        f"<h3>Latent Explorer {__version__}</h3><p>Move through the latent space of an image model as if it were a "
        "map.</p><p>Free software under the GNU General Public License, version 3 or later.<br>MNIST by Y. LeCun, "
        "C. Cortes and C. Burges, under CC BY-SA 3.0.</p>",
    )


def message_box(window: "MainWindow", title: str, text: str) -> QMessageBox:
    """A box with rich text that does not stop the window."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, window)
    box.setModal(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.show()
    return box
