"""Context menus of the map, pins, images, the path and its frames."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QPoint, QPointF
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.copying import Copying
from latent_explorer.gui.pane.gestures import DATA_REACH, Gestures
from latent_explorer.gui.pane.path_frames import PathFrames
from latent_explorer.gui.pane.pins_and_path import Pinboard
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.pane.selecting import Selecting
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry, Submenu, pop_up
from latent_explorer.gui.widgets.picture_view import open_picture_window
from latent_explorer.gui.widgets.plain import caption
from latent_explorer.service.codec import Refused
from latent_explorer.session import Session
from latent_explorer.session.session import as_point

_NEAR = 60.0  # pixels within which the class of a point is that of the place

_THROUGH = "Adds a way point here, as Shift+click and dragging the path's line do"

Latent = NDArray[np.float32]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Uses:
    """What the menus act on. take_tool: makes a tool current, by name."""

    client: EngineClient
    canvas: MapCanvas
    points: PointLayer
    gestures: Gestures
    prober: Prober
    pinboard: Pinboard
    path_frames: PathFrames
    selecting: Selecting
    copying: Copying
    shared: Shared
    take_tool: Callable[[str], None]


class ContextMenus(QObject):
    """Opens the menus. An entry that needs a picture decodes it first and then chooses its place, so that it is shown.

    more: further entries for a pixel of the map, listed first. about_image, about_place: further entries for an image
    of the dataset, by its number, and for any latent.
    export, export_frame: called to export the picture in the inspector, or a frame of the path.
    copy_as: called to copy the command that draws something: what, and whether as Python.
    """

    def __init__(
        self,
        parent: QWidget,
        uses: Uses,
        export: Callable[[], None],
        export_frame: Callable[[int], None],
        copy_as: Callable[[str, bool], None],
    ) -> None:
        super().__init__(parent)
        self._copy_as = copy_as
        self._parent, self._uses, self._export, self._export_frame = parent, uses, export, export_frame
        self._asked: tuple[Latent, Callable[[], None]] | None = None
        self._image: int | None = None
        self.more: list[Callable[[QPointF], Iterator[Entry]]] = []
        self.about_image: list[Callable[[int], Iterator[Entry]]] = []
        self.about_place: list[Callable[[Latent], Iterator[Entry]]] = []

    def open_on_map(self, at: QPointF, where: QPoint) -> None:
        """Open the menu at a pixel of the map. where: in global pixels."""
        self._open(self._on_map(at), where)

    def open_on_pins(self, indices: Sequence[int], where: QPoint) -> None:
        """Open the menu of pins in the list."""
        self._open(self._on_pins(indices), where)

    def open_on_image(self, index: int, where: QPoint) -> None:
        """Open the menu of an image of the dataset."""
        self._open(self._on_image(index), where)

    def open_on_frame(self, index: int, where: QPoint) -> None:
        """Open the menu of a frame of the path."""
        self._open(self._on_frame(index), where)

    def open_on_picture(self, where: QPoint) -> None:
        """Open the menu of the picture in the inspector."""
        self._open(self._on_picture(), where)

    def take_picture(self, answer: Answer) -> None:
        """Continue with the decoded picture that an entry has requested."""
        if self._asked is None or answer.pictures is None or answer.key is not self._asked[1]:
            return
        (z, do), self._asked = self._asked, None
        self._uses.prober.explore(z, answer.pictures[0])
        do()

    def take_image(self, answer: Answer) -> None:
        """Open the requested image, or say why there is none."""
        if isinstance(answer.reply, Refused):
            self._uses.shared.say(f"The image cannot be shown: {answer.reply.reason}")
        elif answer.pictures is not None and answer.key == self._image:
            session, number = self._uses.gestures.session, self._image
            called = "Image" if session is None or number is None else session.bundle.called(number)
            open_picture_window(self._parent.window() or self._parent, answer.pictures[0], called)

    # -- the entries

    def _on_map(self, at: QPointF) -> Iterator[Entry]:
        uses, session = self._uses, self._uses.gestures.session
        if session is None:
            return
        for offers in self.more:
            yield from offers(at)
        pin = uses.gestures.pin_at(at)
        if pin is not None:
            yield from self._on_pins([pin])
            return
        if (way_point := uses.gestures.grips.way_point_at(at)) is not None:
            yield Command("Delete this way point", partial(uses.gestures.grips.delete, way_point))
            yield SEPARATOR
        elif session.state.route is not None:
            yield Command("Lead the path through here", partial(uses.gestures.grips.add, at), tip=_THROUGH)
            yield SEPARATOR
        image = self._image_at(at, DATA_REACH)
        if image is not None:
            yield from self._on_image(image)
            yield SEPARATOR
        uv = uses.gestures.to_plane(at)
        z = session.bundle.chart.to_latent(uv)
        yield Command("Choose this place", partial(uses.prober.explore, z), tip="Keep this place in the inspector")
        yield from self._place(session, z)
        yield SEPARATOR
        yield Command("Centre here", partial(uses.canvas.centre, *uv))
        yield Command("Zoom in here", partial(uses.canvas.zoom, 2.0, at))
        yield Command("Fit", uses.canvas.fit, tip="Show the whole map")
        yield SEPARATOR
        yield from self._making(session, self._image_at(at, _NEAR))
        yield SEPARATOR
        yield from self._recipes(Map="map", Grid="grid", Filmstrip="filmstrip")

    def _place(self, session: Session, z: Latent) -> Iterator[Entry]:
        """Entries for any latent."""
        prober, copying = self._uses.prober, self._uses.copying
        yield Command("Pin this place", partial(self._pin, session, z))
        yield from self._paths(session, z)
        for offers in self.about_place:
            yield from offers(z)
        yield SEPARATOR
        lacking = session.bundle.config.undecoded
        offered, tip = partial(bool, not lacking), f"Not available: {lacking}" if lacking else ""
        copy, export = partial(self._with_picture, z, copying.copy_picture), partial(self.export_picture, z)
        yield Command("Copy picture", copy, tip=tip, enabled=offered)
        yield Command("Copy coordinates", partial(self._after, partial(prober.explore, z), copying.copy_coordinates))
        yield Command("Export picture…", export, tip=tip, enabled=offered)

    def _paths(self, session: Session, z: Latent) -> Iterator[Entry]:
        chosen, draw = session.state.chosen, self._uses.pinboard.draw_between
        yield Command("Path from here", partial(self.begin_path, z), tip="Click the end of the path next")
        if chosen is not None and chosen != as_point(z):
            yield Command("Path from the chosen place to here", partial(draw, chosen, as_point(z)))

    def _making(self, session: Session, near: int | None) -> Iterator[Entry]:
        """Entries for the selection and the path."""
        label, state = session.bundle.latents.label, session.state
        if near is not None and label is not None:
            name = caption(session.bundle.class_names[label[near]])
            yield Command(f"Select class {name}", partial(self._uses.selecting.select_class, int(label[near])))
        if state.selection is not None:
            yield Command("Clear selection", self._uses.selecting.clear)
        if state.route is not None:
            yield Command("Clear path", partial(session.draw, None))

    def _on_pins(self, indices: Sequence[int]) -> Iterator[Entry]:
        session, pinboard = self._uses.gestures.session, self._uses.pinboard
        if session is None or not indices:
            return
        pins = [session.state.pins[index] for index in indices]
        if len(pins) == 1:
            (pin,), (index,) = pins, indices
            yield Command("Go to", partial(self._uses.prober.go_to, pin.latent))
            yield Command("Rename…", partial(pinboard.rename, index))
            yield from list(self._place(session, pin.latent))[1:]
            yield SEPARATOR
        if len(pins) == 2:
            yield Command("Path between them", partial(pinboard.draw_between, pins[0].z, pins[1].z))
        yield Command("Delete" if len(pins) == 1 else f"Delete {len(pins)} pins", partial(session.delete_pins, indices))

    def _on_image(self, index: int) -> Iterator[Entry]:
        session = self._uses.gestures.session
        if session is None:
            return
        z, called = session.bundle.latents.mean[index], session.bundle.called(index)
        what = "draw" if session.bundle.latents.drawn(index) else "image"
        tip = f"Show the {what} and what is near"
        yield Command(f"Go to {called.lower()}", partial(self._uses.prober.go_to, z), tip=tip)
        yield Command(f"Open {what}", partial(self._open_image, index))
        yield Command(f"Pin {what}", partial(self._pin, session, z, called))
        yield Command(f"Select {what}", partial(self._select_image, session, index))
        yield Command("Copy index", partial(self._copy_index, index))
        for offers in self.about_image:
            yield from offers(index)

    def _on_frame(self, index: int) -> Iterator[Entry]:
        session = self._uses.gestures.session
        if session is None:
            return
        z, picture = self._uses.path_frames.at(index)
        choose, copying = partial(self._uses.prober.explore, z, picture), self._uses.copying
        yield Command("Choose this frame", choose, tip="Keep its place in the inspector")
        yield Command("Pin this frame", partial(self._pin, session, z))
        yield Command("Show on the map", partial(self._uses.prober.go_to, z))
        yield SEPARATOR
        yield Command("Copy picture", partial(self._after, choose, copying.copy_picture))
        yield Command("Copy coordinates", partial(self._after, choose, copying.copy_coordinates))
        yield Command("Export frame…", partial(self._export_frame, index))
        yield from self._recipes(Filmstrip="filmstrip")
        yield SEPARATOR
        yield Command("Clear path", partial(session.draw, None))

    def _on_picture(self) -> Iterator[Entry]:
        copying = self._uses.copying
        if self._uses.gestures.session is None or self._uses.prober.probe is None:
            return
        yield Command("Copy picture", copying.copy_picture)
        yield Command("Copy coordinates", copying.copy_coordinates)
        yield from self._recipes(Picture="picture")
        yield SEPARATOR
        yield Command("Export picture…", self._export)

    def _recipes(self, **things: str) -> Iterator[Entry]:
        """Entries that copy how things are drawn, as a command or as Python; a submenu if there are several things."""
        session = self._uses.gestures.session
        there = {
            words: what for words, what in things.items() if what != "filmstrip" or (session and session.state.route)
        }
        for language, python in (("command", False), ("Python", True)):
            entries = [Command(words, partial(self._copy_as, what, python)) for words, what in there.items()]
            if len(entries) == 1:
                yield Command(f"Copy {entries[0].text.lower()} as {language}", entries[0].run)
            else:
                yield Submenu(f"Copy as {language}", partial(tuple, entries))

    # -- what they do

    def _open(self, entries: Iterator[Entry], where: QPoint) -> None:
        pop_up(self._parent, where, entries)

    def _image_at(self, at: QPointF, reach: float) -> int | None:
        points = self._uses.points
        return points.nearest_image(self._uses.canvas.view, at.x(), at.y(), reach) if points.visible else None

    def _pin(self, session: Session, z: Latent, name: str = "") -> None:
        session.pin(z, name)
        self._uses.prober.choose(z)

    def begin_path(self, z: Latent) -> None:
        """Begin a path at a latent (d,); the next click on the map ends it."""
        session = self._uses.gestures.session
        if session is None:
            return
        self._uses.take_tool("Path")
        self._uses.gestures.begin_path(session.bundle.chart.to_plane(z), z)
        self._uses.shared.say("Click the end of the path, or press Esc to cancel.")

    def export_picture(self, z: Latent) -> None:
        """Choose a latent (d,) and export the picture decoded there."""
        self._with_picture(z, self._export)

    def _with_picture(self, z: Latent, do: Callable[[], None]) -> None:
        """Decode and show the picture of a latent, then call `do`."""
        self._asked = z, do
        self._uses.client.request("asked", [want_pictures(do, np.asarray(z, np.float32)[None])])

    def _after(self, first: Callable[[], object], then: Callable[[], object]) -> None:
        first()
        then()

    def _open_image(self, index: int) -> None:
        self._image = index
        self._uses.client.request("image", [want_originals(index, np.array([index], np.int64))])

    def _select_image(self, session: Session, index: int) -> None:
        session.select(np.arange(len(session.bundle.latents)) == index)

    def _copy_index(self, index: int) -> None:
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(str(index))
        self._uses.shared.say(f"Copied index {index}.")
