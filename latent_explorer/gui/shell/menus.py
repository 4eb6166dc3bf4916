"""The menus and the tool bar of the main window."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMainWindow, QToolBar

from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.shell.actions import SEPARATOR, Command, Entry, MenuBar, Submenu
from latent_explorer.gui.shell.chart_menu import chart_entries
from latent_explorer.gui.shell.help import about, show_keys
from latent_explorer.gui.shell.picture_menu import picture_entries
from latent_explorer.gui.workbench import Workbench
from latent_explorer.places import shipped_bundles, trained_folder

_MOST_MAPS = 2


def tool_bar(window: QMainWindow, actions: Mapping[str, QAction]) -> QToolBar:
    """What one reaches for most, always in sight."""
    bar = QToolBar("Tool bar", window)
    bar.setObjectName("Tool bar")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    bar.setMovable(False)
    actions["Train a model…"].setIconText("Train")
    for group in (
        ("Probe", "Path", "Select"),
        ("Fit", "Zoom in", "Zoom out"),
        ("Undo", "Redo"),
        ("Loupe",),
        ("Train a model…",),
    ):
        for text in group:
            bar.addAction(actions[text])
        bar.addSeparator()
    return bar


class Menus(MenuBar):
    """The menus of a workbench; what they do, they do to its active pane."""

    def __init__(self, window: QMainWindow, bench: Workbench) -> None:
        self._bench, self._window = bench, window
        menus = {
            "&File": self._file(),
            "&Edit": self._edit(),
            "&View": self._view(),
            "&Tools": self._tools(),
            "&Help": self._help(),
        }
        super().__init__(window, menus)
        bench.changed.connect(self.refresh)
        bench.activated.connect(self.refresh)

    def _on_pane(self, do: Callable[[MapPane], object]) -> Callable[[], object]:
        """Do something to whatever pane is active then."""
        return lambda: do(self._bench.active)

    def _file(self) -> Iterator[Entry]:
        bench, export = self._bench, self._bench.exporter.export
        yield Command("Open bundle…", partial(self._choose_bundle, bench.open), "Ctrl+O", "Open a bundle's folder")
        yield Submenu("Shipped bundles", lambda: _offers(shipped_bundles(), bench.open))
        yield Submenu("Trained bundles", lambda: _offers(_trained(), bench.open))
        yield Submenu("Recent bundles", lambda: _offers(bench.settings.recent, bench.open, str))
        yield SEPARATOR
        yield Command("Train a model…", bench.show_training, "Ctrl+T", "Train a model on images of your choice")
        yield Command(
            "Training history", bench.guide.look_back, "Ctrl+Shift+T", "Go back through the epochs of this bundle"
        )
        yield SEPARATOR
        for what, key, tip in (
            ("picture", "Ctrl+E", "Export the decoded picture"),
            ("filmstrip", "Ctrl+Shift+E", "Export the pictures of the path"),
            ("grid", "Ctrl+G", "Export the visible region as a grid of pictures"),
            ("map", "Ctrl+M", "Export the map as shown"),
            ("latents", "Ctrl+L", "Export the latents of all images"),
            ("selection", "", "Export the latents of the selected images"),
            ("contact sheet", "", "Export the selected images as one picture"),
        ):
            yield Command(f"Export {what}…", partial(export, what), key, tip)
        yield SEPARATOR
        yield Command("Quit", self._window.close, "Ctrl+Q")

    def _edit(self) -> Iterator[Entry]:
        bench, on = self._bench, self._on_pane
        yield Command(
            "Undo",
            bench.undo,
            "Ctrl+Z",
            "Undo the last change of pins, path or selection",
            enabled=lambda: bench.active.session is not None and bench.active.session.can_undo,
        )
        yield Command(
            "Redo",
            bench.redo,
            "Ctrl+Shift+Z",
            "Redo what was undone last",
            enabled=lambda: bench.active.session is not None and bench.active.session.can_redo,
        )
        yield SEPARATOR
        yield Command("Pin this place", on(MapPane.pin_probe), "Ctrl+P", "Pin the probed place")
        yield Command("Clear path", on(MapPane.clear_route), "Ctrl+Backspace", "Remove the path")
        yield SEPARATOR
        tip = "Add the 10 images nearest to each selected one, in latent space"
        yield Command("Grow selection", on(lambda pane: pane.selecting.grow()), "Ctrl+Shift+G", tip)
        tip = "Select the other points that are shown"
        yield Command("Invert selection", on(lambda pane: pane.selecting.invert()), "Ctrl+I", tip)
        yield Command(
            "Clear selection",
            on(lambda pane: pane.selecting.escape()),
            "Esc",
            "Select nothing",
            enabled=lambda: bench.active.session is not None and bench.active.session.state.selection is not None,
        )

    def _view(self) -> Iterator[Entry]:
        bench, on = self._bench, self._on_pane
        yield Command("Fit", on(lambda pane: pane.canvas.fit()), "F", "Show the whole map")
        yield Command("Zoom in", on(lambda pane: pane.canvas.zoom(1.5)), "+", "Zoom in on the middle of the map")
        yield Command("Zoom out", on(lambda pane: pane.canvas.zoom(1 / 1.5)), "-", "Zoom out")
        yield SEPARATOR
        yield from self._layers()
        yield Submenu("Decoded pictures", lambda: picture_entries(bench))
        yield Submenu("Chart", self._charts)
        yield Submenu("Decode as class", self._classes)
        tip = "Show the picture beside the pointer"
        yield Command("Loupe", on(MapPane.toggle_loupe), "M", tip, checked=lambda: bench.active.prober.loupe)
        yield SEPARATOR
        yield Submenu("Second map", self._second_map)
        yield Command(
            "Close this map",
            lambda: bench.close_pane(bench.active),
            "Ctrl+W",
            "Close the active map and its engine; the other one stays",
            enabled=lambda: len(bench.panes) > 1,
        )
        yield SEPARATOR
        for name in ("system", "light", "dark"):
            yield Command(
                f"{name.capitalize()} theme",
                partial(bench.choose_theme, name),
                checked=partial(self._themed, name),
                group="theme",
            )
        yield SEPARATOR
        yield from (dock.toggleViewAction() for dock in bench.docks.by_title.values())
        yield Command("Reset layout", bench.docks.reset, tip="Put all panels back in their places")

    def _themed(self, name: str) -> bool:
        return self._bench.settings.theme == name

    def _charts(self) -> Iterator[Entry]:
        pane = self._bench.active
        probe = pane.prober.probe
        return chart_entries(pane.bundle, None if probe is None else probe.z, pane.see_through, self._window)

    def _classes(self) -> Iterator[Entry]:
        pane = self._bench.active
        bundle = pane.bundle
        if bundle is None or not bundle.config.family.conditional:
            yield Command("This model is not given a class", lambda: None, enabled=lambda: False)
            return
        for label, name in enumerate(bundle.class_names):
            shown = partial(int.__eq__, bundle.label, label)
            yield Command(name.replace("&", "&&"), partial(pane.decode_as, label), checked=shown, group="class")

    def _layers(self) -> Iterator[Entry]:
        for title, layer in self._bench.active.layers.by_title.items():
            yield Command(
                title,
                self._on_pane(partial(_toggle, title=title)),
                layer.spec.key,
                layer.spec.sentence,
                checked=partial(self._shows, title),
                enabled=partial(self._offers, title),
            )

    def _shows(self, title: str) -> bool:
        return self._bench.active.layers.by_title[title].visible

    def _offers(self, title: str) -> bool:
        return self._bench.active.layer_panel.offers(title)

    def _second_map(self) -> Iterator[Entry]:
        bench = self._bench
        if len(bench.panes) >= _MOST_MAPS:
            yield Command("Two maps are open: close one first", lambda: None, enabled=lambda: False)
            return
        bundle = bench.active.bundle
        if bundle is not None:
            yield Command(f"{bundle.name}, once more", partial(bench.open_beside, bundle.folder))
            yield SEPARATOR
        yield from _offers(shipped_bundles(), bench.open_beside)
        yield Submenu("Trained bundles", lambda: _offers(_trained(), bench.open_beside))
        yield Submenu("Recent bundles", lambda: _offers(bench.settings.recent, bench.open_beside, str))
        yield SEPARATOR
        yield Command("Other bundle…", partial(self._choose_bundle, bench.open_beside))

    def _tools(self) -> Iterator[Entry]:
        tips = {
            "Probe": ("P", "Hover decodes, a click pins, a drag draws a path"),
            "Path": ("D", "Draw a path by dragging, or by two clicks"),
        }
        for name, (key, tip) in tips.items():
            take = self._on_pane(partial(MapPane.take_tool, name=name))
            yield Command(name, take, key, tip, checked=partial(self._holds, name), group="tool")
        take = self._on_pane(lambda pane: pane.selecting.take_up())
        tip = "Select points by a rectangle; pressed again, by a lasso"
        yield Command("Select", take, "S", tip, checked=partial(self._holds, "Select"), group="tool")
        yield SEPARATOR
        play = self._on_pane(lambda pane: pane.filmstrip.play_or_pause())
        yield Command("Play or pause", play, "K", "Play the path")
        yield Command("Previous frame", self._on_pane(partial(_step, by=-1)), "J", "Go back along the path")
        yield Command("Next frame", self._on_pane(partial(_step, by=1)), "L", "Go on along the path")

    def _holds(self, tool: str) -> bool:
        pane = self._bench.active
        return pane.canvas.tool is pane.tools[tool]

    def _help(self) -> Iterator[Entry]:
        yield Command("Keys and gestures", lambda: show_keys(self._window, self.actions), "F1")
        yield Command("Graph of hover times", self._bench.show_times, tip="How long pictures take to appear")
        tip = "Start the engine of the active map again"
        yield Command("Restart the engine", self._on_pane(MapPane.restart_engine), tip=tip)
        yield Command("About Latent Explorer", lambda: about(self._window))

    def _choose_bundle(self, open_bundle: Callable[[Path], None]) -> None:
        bundle = self._bench.active.bundle
        start = str(bundle.folder.parent) if bundle is not None else ""
        folder = QFileDialog.getExistingDirectory(self._window, "Open a bundle's folder", start)
        if folder:
            open_bundle(Path(folder))


def _offers(
    folders: Iterable[Path],
    run: Callable[[Path], None],
    words: Callable[[Path], str] = lambda folder: folder.name,
) -> Iterator[Command]:
    for folder in folders:
        yield Command(words(folder).replace("&", "&&"), partial(run, folder))


def _trained() -> list[Path]:
    return [config.parent for config in sorted(trained_folder().glob("*/config.json"))]


def _toggle(pane: MapPane, title: str) -> None:
    pane.layer_panel.toggle(title)


def _step(pane: MapPane, by: int) -> None:
    count = len(pane.filmstrip.frames)
    if count:
        pane.filmstrip.go_to((pane.filmstrip.index + by) % count)
