"""The menus and the tool bar of the main window."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QToolBar, QToolButton

from latent_explorer.class_colours import PALETTES, ClassPalette
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.layers.point_colours import colourings
from latent_explorer.gui.lessons.dock import LessonDock
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.point_colourer import PointColourer
from latent_explorer.gui.panels.chart_choice import chart_entries
from latent_explorer.gui.sessions.copies import WORDS
from latent_explorer.gui.shell.areas import Areas
from latent_explorer.gui.shell.class_chooser import names_of, takes_digits
from latent_explorer.gui.shell.help import about, show_keys
from latent_explorer.gui.shell.model_menus import offers, other_models, second_map, travel_entries
from latent_explorer.gui.shell.picture_menu import picture_entries
from latent_explorer.gui.studies.own_image import paste_picture
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.gui.widgets.actions import (
    SEPARATOR,
    Command,
    Entry,
    Submenu,
    fill_menu,
    give_key,
    mark_keys,
    show_state,
)
from latent_explorer.gui.widgets.plain import caption
from latent_explorer.gui.workbench import Workbench
from latent_explorer.places import shipped_bundles
from latent_explorer.session import Session

_WIDGET = Qt.ShortcutContext.WidgetShortcut
_F6 = "Move the keyboard focus between the maps, the tool bar and the panels"
_TURN = "Go through the panels that share one place"
_CALLED = {"selection": "selected latents"}  # names of exports whose key is not clear


def tool_bar(window: QMainWindow, actions: Mapping[str, QAction], linking: Linking) -> QToolBar:
    """The tool bar with the most used actions; the anchor tool is visible while two maps are linked."""
    bar = QToolBar("Tool bar", window)
    bar.setObjectName("Tool bar")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    bar.setMovable(False)
    actions["Train a model…"].setIconText("Train")
    tools, views, changes = ("Probe", "Path", "Select"), ("Fit", "Zoom in", "Zoom out"), ("Undo", "Redo")
    for group in (tools, views, changes, ("Loupe",), ("Train a model…",)):
        for text in group:
            bar.addAction(actions[text])
        bar.addSeparator()

    def offer_anchors() -> None:
        bar.removeAction(actions["Anchor"])
        if linking.link is not None:
            bar.insertAction(actions["Select"], actions["Anchor"])

    linking.changed.connect(offer_anchors)
    for button in bar.findChildren(QToolButton):
        if not button.objectName().startswith("qt_"):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the map
    return bar


class Menus:
    """The menus of a workbench, which act on its active pane.

    actions: the permanent commands, by text.
    """

    def __init__(self, window: QMainWindow, bench: Workbench, lessons: LessonDock) -> None:
        self._bench, self._window, self._lessons = bench, window, lessons
        self._areas = Areas(window, bench)
        self.actions: dict[str, QAction] = {}
        self._commands: list[tuple[Command, QAction]] = []
        parts = (self._file, self._edit, self._view, self._analysis, self._tools, self._help)
        bar = window.menuBar()
        assert bar is not None
        for title, entries in zip(("&File", "&Edit", "&View", "&Analysis", "&Tools", "&Help"), parts, strict=True):
            menu = bar.addMenu(title)
            assert menu is not None
            menu.aboutToShow.connect(self.refresh)
            mark_keys(menu)
            self._commands += fill_menu(menu, entries(), window)
        self.actions.update((command.text, action) for command, action in self._commands)
        bench.changed.connect(self.refresh)
        bench.activated.connect(self.refresh)
        bench.activated.connect(self._give_digits)
        self._give_digits()

    def refresh(self) -> None:
        for command, action in self._commands:
            show_state(action, command)
        self._share_digits()

    @property
    def _digits(self) -> list[tuple[Command, QAction]]:
        """The commands with a digit as shortcut."""
        return [(command, action) for command, action in self._commands if action.shortcutContext() == _WIDGET]

    def _give_digits(self) -> None:
        """Give the digit shortcuts to the active map only."""
        self._bench.active.canvas.addActions([action for _, action in self._digits])

    def _share_digits(self) -> None:
        """Use Alt with the layers' digits if plain digits choose the class."""
        before = "Alt+" if takes_digits(self._bench.active) else ""
        for command, action in self._digits:
            if action.shortcut().toString() != before + command.key:
                give_key(action, command, before + command.key)

    def _on_pane(self, do: Callable[[MapPane], object]) -> Callable[[], object]:
        """A function that acts on the pane that is active when it is called."""
        return lambda: do(self._bench.active)

    def _in_session(self, can: Callable[[Session], bool]) -> Callable[[], bool]:
        """A function that returns whether the active session supports an action."""

        def enabled() -> bool:
            session = self._bench.active.session
            return session is not None and can(session)

        return enabled

    def _file(self) -> Iterator[Entry]:
        bench, export = self._bench, self._bench.exporter.export
        yield Command("Open…", bench.library.open, "Ctrl+O", "Choose a model from a list, or a folder")
        yield Submenu("Included models", lambda: offers(shipped_bundles(), bench.open))
        yield from other_models(bench, bench.open_path)
        tip = "Make a bundle from a model of another program: ONNX, diffusers, a checkpoint, or latents"
        yield Command("Import…", lambda: bench.importer.open(), "Ctrl+Shift+I", tip)
        tip, shown = "Show the files of this model in the file manager", self._lasting
        yield Command("Show in folder", bench.show_in_folder, tip=tip, enabled=shown)
        yield Submenu("Attach images", self._attach)
        yield SEPARATOR
        yield from self._sessions()
        yield SEPARATOR
        yield Command("Train a model…", bench.show_training, "Ctrl+T", "Train a model on images of your choice")
        tip = "Go back through the snapshots of this model's training"
        yield Command("Training history", bench.guide.look_back, "Ctrl+Shift+T", tip)
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
            yield Command(f"Export {_CALLED.get(what, what)}…", partial(export, what), key, tip)
        yield SEPARATOR
        yield Command("Quit", self._window.close, "Ctrl+Q")

    def _lasting(self) -> bool:
        """Whether a permanent bundle is open."""
        bundle = self._bench.active.bundle
        return bundle is not None and not bundle.config.passing

    def _sessions(self) -> Iterator[Entry]:
        sessions, open_one = self._bench.sessions, self._lasting
        yield Command(
            "Open session…", sessions.choose, "Ctrl+Shift+O", "Open what was saved: models, views, pins, paths"
        )
        tip = "Save what is open, shown, pinned, drawn and selected in a file that others can open"
        yield Command("Save session", sessions.save, "Ctrl+S", tip, enabled=open_one)
        yield Command("Save session as…", sessions.save_as, "Ctrl+Shift+S", tip, enabled=open_one)
        tip = "Begin the next launch where you left off; otherwise with the last model, its pins and its path"
        restores = partial(getattr, sessions, "restores")
        yield Command("Restore the session at launch", sessions.toggle_restoring, tip=tip, checked=restores)

    def _attach(self) -> Iterator[Entry]:
        pane = self._bench.active
        can = pane.bundle is not None and not pane.bundle.config.imageless
        for text, file in (("A folder…", False), ("A file…", True)):
            choose = partial(pane.attaching.choose, self._window, file=file)
            yield Command(text, choose, tip="The images that the model was trained on", enabled=lambda: can)
        yield SEPARATOR
        tip, attached = "Go back to the images that are found automatically", pane.attaching.detachable
        yield Command("Detach", pane.attaching.detach, tip=tip, enabled=lambda: attached)

    def _edit(self) -> Iterator[Entry]:
        bench, on, where = self._bench, self._on_pane, self._in_session
        tip, undoing = "Undo the last change of pins, path, selection or anchors", bench.undoing
        yield Command("Undo", undoing.undo, "Ctrl+Z", tip, enabled=lambda: undoing.can_undo)
        tip = "Redo the last change that was undone"
        yield Command("Redo", undoing.redo, "Ctrl+Shift+Z", tip, enabled=lambda: undoing.can_redo)
        yield SEPARATOR
        tip = "Copy the picture shown in the inspector, and its coordinates as text"
        yield Command("Copy", on(lambda pane: pane.copying.copy_place()), "Ctrl+C", tip)
        tip = "Place the picture on the clipboard, or in the file that is on it, on the map"
        yield Command("Paste picture", partial(paste_picture, bench.show_study), "Ctrl+V", tip)
        yield Submenu("Copy as", self._copies)
        yield Submenu("Copy as command", partial(self._recipes, False))
        yield Submenu("Copy as Python", partial(self._recipes, True))
        yield SEPARATOR
        yield Command("Pin this place", on(MapPane.pin_probe), "Ctrl+P", "Pin the probed place")
        yield Command("Clear path", on(MapPane.clear_route), "Ctrl+Backspace", "Remove the path")
        yield SEPARATOR
        tip = "Add the 10 images nearest to each selected one, in latent space"
        yield Command("Grow selection", on(lambda pane: pane.selecting.grow()), "Ctrl+Shift+G", tip)
        tip = "Select the other points that are shown"
        yield Command("Invert selection", on(lambda pane: pane.selecting.invert()), "Ctrl+I", tip)
        selected = where(lambda session: session.state.selection is not None)
        tip = "Show the selected images, sorted by class or error"
        yield Command("Gallery…", on(lambda pane: pane.gallery.open()), "Ctrl+Shift+A", tip, enabled=selected)
        escape = on(lambda pane: pane.selecting.escape())
        yield Command("Clear selection", escape, "Esc", "Select nothing", enabled=selected)

    def _copies(self) -> Iterator[Entry]:
        copying = self._bench.active.copying
        yield Command("Picture", copying.copy_picture, tip="The picture at its original size")
        yield Command(
            "Enlarged picture",
            partial(copying.copy_picture, True),
            tip="The picture with each pixel enlarged to a square",
        )
        yield Command("Coordinates", copying.copy_coordinates, tip="The coordinates in latent space")
        yield Command("Place on the map", copying.copy_map_coordinates, tip="The coordinates on the map")

    def _recipes(self, python: bool) -> Iterator[Entry]:
        tip = "Pasted, it draws the same pixels again" + (", in Python" if python else ", in a terminal")
        for what, words in WORDS.items():
            yield Command(words, partial(self._bench.copies.copy, what, python), tip=tip)

    def _view(self) -> Iterator[Entry]:
        bench, on = self._bench, self._on_pane
        yield Command("Fit", on(lambda pane: pane.canvas.fit()), "F", "Show the whole map")
        yield Command("Zoom in", on(lambda pane: pane.canvas.zoom(1.5)), "+", "Zoom in on the middle of the map")
        yield Command("Zoom out", on(lambda pane: pane.canvas.zoom(1 / 1.5)), "-", "Zoom out")
        yield Command("Previous view", on(lambda pane: pane.step_view(-1)), "Alt+Left", "Go back to the previous view")
        yield Command("Next view", on(lambda pane: pane.step_view(1)), "Alt+Right", "Go forward to the next view")
        tip, shown = "Show an overview of the whole map while zoomed in", lambda: bench.active.overview.wanted
        yield Command("Overview map", on(lambda pane: pane.overview.toggle()), "O", tip, checked=shown)
        yield SEPARATOR
        yield from map(self._layer, bench.active.layers.by_title)
        yield Submenu("Decoded pictures", lambda: picture_entries(bench))
        yield Submenu("Chart", self._charts)
        yield Submenu("Decode as class", self._classes)
        yield Submenu("Colour points by", self._point_colours)
        yield Submenu("Class colours", lambda: map(self._palette, PALETTES.values()))
        tip, shared = (
            "Tell classes apart by the shape of their points, too, on maps, in the legend and in exports",
            bench.shared,
        )
        yield Command(
            "Shapes for classes",
            lambda: bench.choose_shapes(not shared.shapes),
            tip=tip,
            checked=lambda: shared.shapes,
        )
        tip = "Show the picture beside the pointer"
        yield Command("Loupe", on(MapPane.toggle_loupe), "M", tip, checked=lambda: bench.active.prober.loupe)
        tip = "Keep the inspector at its place"
        locked = on(lambda pane: pane.prober.locked)
        yield Command("Lock inspector", on(MapPane.toggle_lock), "I", tip, checked=lambda: bool(locked()))
        yield SEPARATOR
        yield Submenu("Second map", lambda: second_map(bench))
        linking = bench.linking
        tip = "Show on each map what you do on the other, by a translator between the two models"
        linked, possible = lambda: linking.on and linking.possible, lambda: linking.possible
        yield Command("Link the maps", linking.toggle, "Ctrl+K", tip, checked=linked, enabled=possible)
        yield Submenu("What travels between maps", lambda: travel_entries(bench))
        tip, several = "Close the active map and its engine; the other one stays", lambda: len(bench.panes) > 1
        yield Command("Close this map", on(bench.close_pane), "Ctrl+W", tip, enabled=several)
        yield SEPARATOR
        yield from map(self._theme, ("system", "light", "dark"))
        yield SEPARATOR
        studies = {spec.title for spec in STUDIES.values()}
        docks = bench.docks.by_title.items()
        yield from (dock.toggleViewAction() for title, dock in docks if title not in studies)
        status = bench.status
        tip = "Show the device, hover and frame times, and the number of points in the status bar"
        yield Command("Next part of the window", partial(self._areas.step, 1), "F6", _F6)
        yield Command("Previous part of the window", partial(self._areas.step, -1), "Shift+F6", _F6)
        yield Command("Next panel here", partial(self._areas.turn, 1), "Ctrl+PgDown", _TURN)
        yield Command("Previous panel here", partial(self._areas.turn, -1), "Ctrl+PgUp", _TURN)
        yield SEPARATOR
        yield Command("Performance figures", status.toggle_figures, tip=tip, checked=lambda: status.shows_figures)
        yield Command("Reset layout", bench.docks.reset, tip="Move all panels to their default places")

    def _theme(self, name: str) -> Command:
        bench = self._bench
        choose, chosen = partial(bench.choose_theme, name), lambda: bench.settings.theme == name
        return Command(f"{name.capitalize()} theme", choose, checked=chosen, group="theme")

    def _point_colours(self) -> Iterator[Entry]:
        colourer = self._bench.active.colourer
        for name, colouring in colourings().items():
            lacks = colourer.lacks(colouring)
            tip = f"Not available: {lacks}" if lacks else colouring.sentence
            chosen, offered = partial(_is_chosen, colourer, name), partial(bool, not lacks)
            choose = partial(colourer.choose, name)
            yield Command(colouring.title, choose, tip=tip, checked=chosen, group="colour", enabled=offered)

    def _palette(self, palette: ClassPalette) -> Command:
        bench = self._bench
        choose, chosen = partial(bench.choose_palette, palette.name), lambda: bench.shared.palette == palette.name
        return Command(palette.title, choose, tip=palette.sentence, checked=chosen, group="palette")

    def _charts(self) -> Iterator[Entry]:
        pane = self._bench.active
        probe = pane.prober.probe
        return chart_entries(pane.bundle, None if probe is None else probe.z, pane.see_through, self._window)

    def _classes(self) -> Iterator[Entry]:
        pane = self._bench.active
        bundle = pane.bundle
        names = () if bundle is None else names_of(bundle)
        if not names:
            yield Command("This model takes no class", lambda: None, enabled=lambda: False)
        for label, name in enumerate(names):
            shown = partial(int.__eq__, pane.session.state.label if pane.session is not None else 0, label)
            yield Command(caption(name), partial(pane.decode_as, label), checked=shown, group="class")

    def _layer(self, title: str) -> Command:
        bench, spec = self._bench, self._bench.active.layers.by_title[title].spec
        return Command(
            title,
            lambda: bench.active.layer_panel.toggle(title),
            spec.key,
            spec.sentence,
            checked=lambda: bench.active.layers.by_title[title].visible,
            enabled=lambda: bench.active.layer_panel.offers(title),
        )

    def _analysis(self) -> Iterator[Entry]:
        bench = self._bench
        for name, spec in STUDIES.items():
            offered = partial(lambda name: not bench.studies.lacks(name), name)
            yield Command(spec.title, partial(bench.show_study, name), spec.key, spec.sentence, enabled=offered)

    def _tools(self) -> Iterator[Entry]:
        on = self._on_pane
        take_probe, take_path = (on(partial(MapPane.take_tool, name=name)) for name in ("Probe", "Path"))
        yield self._tool("Probe", take_probe, "P", "Hover decodes, a click pins, a drag draws a path")
        yield self._tool("Path", take_path, "D", "Draw a path by dragging, or by clicks from place to place")
        tip = "Select points by a rectangle; pressed again, by a lasso"
        tip = "Make an anchor of the image that is clicked, or drag one to another image; needs two linked maps"
        yield self._tool("Anchor", self._bench.anchors.take_tool, "A", tip, lambda: self._bench.link is not None)
        yield self._tool("Select", on(lambda pane: pane.selecting.take_up()), "S", tip)
        yield SEPARATOR
        tip = "Hold the left button down at the probe without a mouse; the arrow keys drag, and the same key lets go"
        yield Command("Hold, or let go", on(lambda pane: pane.canvas.hold()), "H", tip)
        yield SEPARATOR
        yield Command("Play or pause", on(lambda pane: pane.filmstrip.play_or_pause()), "K", "Play the path")
        yield Command(
            "Previous frame", on(lambda pane: pane.filmstrip.step(-1)), "J", "Go to the previous frame of the path"
        )
        yield Command("Next frame", on(lambda pane: pane.filmstrip.step(1)), "L", "Go to the next frame of the path")

    def _tool(
        self, name: str, take: Callable[[], object], key: str, tip: str, enabled: Callable[[], bool] = lambda: True
    ) -> Command:
        held = self._on_pane(lambda pane: pane.canvas.tool is not None and pane.canvas.tool is pane.tools.get(name))
        return Command(name, take, key, tip, checked=lambda: bool(held()), group="tool", enabled=enabled)

    def _help(self) -> Iterator[Entry]:
        yield Submenu("Lessons", self._lessons.entries)
        yield Command("Keys and gestures", lambda: show_keys(self._window, self.actions), "F1")
        yield Command("Graph of hover times", self._bench.show_times, tip="How long pictures take to appear")
        tip = "Start the engine of the active map again"
        ours = self._on_pane(lambda pane: pane.client.engine.replaceable)  # otherwise it is the caller's process
        restart = self._on_pane(MapPane.restart_engine)
        yield Command("Restart the engine", restart, tip=tip, enabled=lambda: bool(ours()))
        yield Command("About Latent Explorer", lambda: about(self._window))


def _is_chosen(colourer: PointColourer, name: str) -> bool:
    return colourer.colouring.name == name
