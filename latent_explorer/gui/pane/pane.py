"""The map pane: one model on one canvas, with an engine, a session and panels of its own."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, pyqtSignal

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.engine.client import Answer, EngineLost, Urgency
from latent_explorer.engine.handlers.attach import AttachImages
from latent_explorer.engine.handlers.describe import Describe
from latent_explorer.engine.handlers.give_values import GiveValues
from latent_explorer.engine.handlers.hover import Hover
from latent_explorer.engine.handlers.match import Match
from latent_explorer.engine.handlers.measure_map import MeasureMap
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.peek import Peek
from latent_explorer.engine.handlers.progress import AskProgress
from latent_explorer.engine.process import Engine
from latent_explorer.gui.pane.class_pictures import TOPIC as CLASSES
from latent_explorer.gui.pane.context_menus import ContextMenus, Uses
from latent_explorer.gui.pane.gallery import TOPIC as GALLERY
from latent_explorer.gui.pane.image_cache import TOPIC as IMAGES
from latent_explorer.gui.pane.lens import TOPIC as LENS
from latent_explorer.gui.pane.path_frames import TOPIC as WALKS
from latent_explorer.gui.pane.screen_reader import SpokenMap
from latent_explorer.gui.pane.session_pane import SessionPane
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.tile_feed import FIELD
from latent_explorer.gui.pane.true_neighbours import TOPIC as LINKS
from latent_explorer.gui.panels.chart_choice import chart_entries
from latent_explorer.gui.widgets.actions import pop_up
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.picture_view import open_picture_window
from latent_explorer.gui.widgets.readings import Readings, Remaining, Work, zoom_words
from latent_explorer.service.codec import Refused
from latent_explorer.session import Session

CROSSING: dict[str | type, Urgency] = {
    Peek: Urgency.ASKED,
    Match: Urgency.ASKED,
    "stitched": Urgency.PATH,
    "counterparts": Urgency.DETAIL,
}
"""The topics of requests for another map, with their urgency."""

_DWELL_MS = 300  # the pointer may just cross the map
_THE_END = "Maximum zoom: beyond it, neighbouring pictures have the same float32 latents."


class MapPane(SessionPane):
    """One model on one canvas.

    turned_to: the user works with this pane.
    crossed: an Answer of its engine to a request made for another map.
    copy_wanted: the command that draws something is to be copied: what, and whether as Python.
    """

    turned_to = pyqtSignal()
    copy_wanted = pyqtSignal(str, bool)
    crossed = pyqtSignal(object)

    def __init__(self, shared: Shared, start_engine: Callable[[], Engine]) -> None:
        super().__init__(shared, start_engine)
        self._decoding, self._computing = Remaining(), Remaining()
        self._dwell = timer(self, _DWELL_MS, self.turned_to.emit, once=True)
        self.canvas.installEventFilter(self)
        self.menus = ContextMenus(
            self,
            self._used_by_menus(),
            self.inspector.export_wanted.emit,
            self.filmstrip.strip.export_wanted.emit,
            self.copy_wanted.emit,
        )
        self._wire()
        self._wire_panels()
        self._receive()
        self.take_tool("Probe")

    def _wire(self) -> None:
        canvas, prober = self.canvas, self.prober
        canvas.hovered.connect(prober.hover)
        self._spoken = SpokenMap(canvas, prober, lambda: self.readings, lambda: self.bundle)
        canvas.left.connect(prober.leave)
        prober.plays = lambda: self.filmstrip.playing
        canvas.frame_scheduler.looked.connect(self.look)
        canvas.frame_scheduler.looked.connect(self.history.look)
        canvas.frame_scheduler.looked.connect(self.overview.look)
        canvas.stepped.connect(self.step_view)
        canvas.frame_scheduler.looked.connect(prober.view_changed)
        canvas.ended.connect(lambda: self.shared.say(_THE_END))
        canvas.frame_scheduler.holds = prober.awaits
        canvas.closest, self.tiles.cover = self.feed.closest, self.feed.cover
        self.feed.sides = lambda: (canvas.view.width, canvas.view.height)
        canvas.painted.connect(self.points.after_first_paint)
        self.sorter.done.connect(canvas.refresh)
        self.store.lost.connect(self.look)
        self.store.listed.connect(self.look)
        prober.told.connect(self.layers.tell)
        prober.told.connect(self.thumbnails.hover)
        prober.told.connect(self.true_neighbours.hover)
        canvas.left.connect(self.true_neighbours.leave)
        self.layers.changed.connect(self._show_layers)
        self.colourer.changed.connect(self._show_colouring)
        self.waiting.told.connect(self._tell_waiting)

    def _wire_panels(self) -> None:
        self.legend.toggled.connect(self._to_session(Session.toggle_class))
        self.legend.isolated.connect(self._to_session(Session.isolate_class))
        self.legend.all_wanted.connect(partial(self._to_session(Session.hide), frozenset()))
        self.chart_panel.chosen.connect(self.see_through)
        self.chart_panel.change_wanted.connect(self._ask_for_chart)
        self.legend.select_wanted.connect(self.selecting.select_class)
        for way, file in (("A folder…", False), ("A file…", True)):
            self.inspector.attach.add(way, partial(self.attaching.choose, self.inspector, file=file))
        self.inspector.typed.connect(self.prober.go_to)
        self.inspector.dimensions.list.begun.connect(self.prober.settle)
        self.inspector.dimensions.list.moved.connect(self.prober.explore)
        self.inspector.lock_wanted.connect(self.toggle_lock)
        self.inspector.pin_wanted.connect(self.pin_probe)
        self.inspector.picture_wanted.connect(self.open_picture)
        self.inspector.classes.chosen.connect(self.decode_as)
        self.inspector.picture.menu_wanted.connect(self.menus.open_on_picture)
        go_to_image = self._to_session(lambda session, index: self.prober.go_to(session.bundle.latents.mean[index]))
        self.inspector.neighbours.chosen.connect(go_to_image)
        self.gallery.chosen.connect(go_to_image)
        self.selection.gallery_wanted.connect(self.gallery.open)
        self.filmstrip.route_chosen.connect(self._to_session(Session.draw))
        self.filmstrip.clear_wanted.connect(self.clear_route)
        self.filmstrip.gone_to.connect(lambda index: self.prober.choose(*self.path_frames.at(index)))
        self.filmstrip.strip.menu_wanted.connect(self.menus.open_on_frame)
        self.inspector.neighbours.menu_wanted.connect(self.menus.open_on_image)
        self.pins.list.menu_wanted.connect(self.menus.open_on_pins)
        self.canvas.menu_wanted.connect(self.menus.open_on_map)
        self.filmstrip.strip.open_wanted.connect(self._open_frame)

    def _used_by_menus(self) -> Uses:
        return Uses(
            self.client, self.canvas, self.points, self._gestures, self.prober, self.pinboard, self.path_frames,
            self.selecting, self.copying, self.shared, self.take_tool,
        )  # fmt: skip

    def _to_session(self, change: Callable[[Session, Any], None]) -> Callable[[Any], None]:
        """A slot that changes the session that is current when it is called."""

        def run(value: Any) -> None:
            if self.session is not None:
                change(self.session, value)

        return run

    # -- what comes

    def _receive(self) -> None:
        """Connect answers of the engine, and tiles from disk, to their receivers."""

        def accepted(take: Callable[[Answer], None]) -> Callable[[Answer], None]:
            return partial(_take_unless_refused, take, self.shared.say)

        subscribe = self.client.subscribe
        subscribe(EngineLost, self._lose_engine)
        subscribe(GiveValues, self.translation_error.take)
        subscribe(Open, self.opener.take)
        subscribe(Hover, accepted(self.prober.take_picture))
        subscribe(CLASSES, self.each_class.take, Urgency.ASKED)
        subscribe(AttachImages, self.attaching.take)
        subscribe(AskProgress, accepted(self.waiting.take))
        subscribe(Describe, accepted(self.prober.take_place))
        subscribe("pins", accepted(self.pinboard.take), Urgency.ASKED)
        subscribe(GALLERY, self.gallery.take, Urgency.DETAIL)
        subscribe(IMAGES, self.images.take, Urgency.DETAIL)
        subscribe(LENS, accepted(self.lens.take), Urgency.ASKED)
        subscribe("asked", accepted(self.menus.take_picture), Urgency.ASKED)
        subscribe("image", self.menus.take_image, Urgency.ASKED)
        subscribe("selection", self.selecting.take, Urgency.ASKED)
        subscribe("grow", accepted(self.selecting.take_nearest), Urgency.ASKED)
        subscribe(WALKS, self.path_frames.take_walk, Urgency.PATH)
        subscribe("film", accepted(self.path_frames.take), Urgency.PATH)
        subscribe("tiles", accepted(lambda answer: self._show_tile(*self.feed.take(answer))), Urgency.VIEW)
        subscribe("fields", accepted(self.fields.take), Urgency.OVERLAY)
        subscribe("thumbnails", self.thumbnails.take, Urgency.DETAIL)
        subscribe(MeasureMap, self.map_trust.take)
        for topic, urgency in CROSSING.items():
            subscribe(topic, self.crossed.emit, urgency)
        subscribe(LINKS, self.true_neighbours.take, Urgency.ASKED)
        subscribe("colours", self.colourer.take, Urgency.DETAIL)
        self.store.found.connect(self._take_kept)

    def _lose_engine(self, event: EngineLost) -> None:
        _tell_loss(self.shared, event)
        if event.again and self.linked.errors is not None:  # the new engine does not have them
            self.translation_error.again()
            self.look()

    def _take_kept(self, generation: int, key: TileKey, pictures: Pictures) -> None:
        """Show a tile read from disk; drops one of an earlier bundle."""
        if generation != self.store.generation:
            return
        if key.field != FIELD:
            self.fields.take_tile(key, pictures)
        elif not self.feed.cache.fresh(key):
            self._show_tile(key, self.feed.cache.put(key, pictures))

    def _show_tile(self, key: TileKey, forgotten: list[TileKey]) -> None:
        self.tiles.forget([key, *forgotten])
        if self.navigator.gathers:
            self.navigator.tile_came()
        else:
            self.canvas.show_tile(key)

    @property
    def readings(self) -> Readings:
        """The texts of the status bar for this pane."""
        figures = {
            "device": self.opener.device,
            "times": f"{self.prober.exact.text()} · {self.canvas.frame_scheduler.frames.text()}",
            "tiles": f"{self.feed.missing} tiles pending",
            "points": self.points.text,
        }
        return Readings(self.prober.place_text, zoom_words(self.canvas.zoomed), tuple(self._work()), figures)

    def _work(self) -> Iterator[Work]:
        """The work in progress, the most important first."""
        if self.client.silent:
            yield Work("Python does not answer: it may be stopped in a debugger")
        if not self.opener.idle:
            yield Work(self.opener.words)
        yield from self.charting.work
        yield from self.attaching.work
        yield from self.waiting.work
        yield from self.path_frames.work
        if self.points.sorting:
            yield Work(f"Sorting {self.points.sorting:,} points")
        yield from self.colourer.work
        yield from self._decoding.work("Decoding the map", self.feed.missing)
        yield from self._computing.work("Computing the layers", self.fields.missing)

    def _show_colouring(self) -> None:
        self.canvas.refresh()
        self.legend.show_colouring("" if self.points.shading is None else self.points.shading.title.lower())

    def _tell_waiting(self) -> None:
        """Show in waiting parts what they wait for."""
        self.inspector.show_waiting(self.waiting.words)
        for layer in self.fields.by_title.values():
            layer.preparing = self.waiting.words[:1].lower() + self.waiting.words[1:]
        self._tell_layers()

    def _tell_layers(self) -> None:
        if self.prober.probe is not None and self.prober.probe.on_map:
            self.layers.tell(*self.prober.probe.uv)

    def _show_layers(self) -> None:
        self.look()
        self.canvas.refresh()
        self._tell_layers()
        self.changed.emit()

    # -- what a person does

    def take_tool(self, name: str) -> None:
        self.canvas.take_tool(self.tools[name])
        self.canvas.setFocus()
        if name == "Probe":
            self.selecting.raise_wanted.emit("Inspector", False)

    def pin_probe(self) -> None:
        """Pin the place that the inspector shows."""
        if self.session is not None and self.prober.probe is not None:
            self.session.pin(self.prober.probe.z)
            self.prober.choose(self.prober.probe.z)

    def toggle_lock(self) -> None:
        """Lock the inspector to its place, or let it follow the pointer again."""
        self.prober.lock(not self.prober.locked)
        self.changed.emit()

    def step_view(self, steps: int) -> None:
        """Go to the previous (-1) or the next (1) view."""
        if not self.history.go(steps):
            self.shared.say("There is no earlier view." if steps < 0 else "There is no later view.")

    def clear_route(self) -> None:
        if self.session is not None:
            self.session.draw(None)

    def open_picture(self) -> None:
        """Open the probed picture in a separate window."""
        probe = self.prober.probe
        if probe is not None and probe.picture is not None:
            self._open_picture(probe.picture, probe.z)

    def _ask_for_chart(self) -> None:
        """Open the list of charts at its button."""
        probe, button = self.prober.probe, self.chart_panel.change
        where = button.mapToGlobal(button.rect().bottomLeft())
        z = None if probe is None else probe.z
        pop_up(button, where, chart_entries(self.bundle, z, self.see_through, self.window() or self))

    def _open_frame(self, index: int) -> None:
        self._open_picture(self.filmstrip.frames[index], self.path_frames.latents[index])

    def _open_picture(self, picture: NDArray[np.uint8], z: NDArray[np.float32]) -> None:
        open_picture_window(self.window() or self, picture, f"Picture at {self.prober.text(z)}")

    def toggle_loupe(self) -> None:
        self.prober.loupe = not self.prober.loupe
        if self.bundle is not None and self.prober.loupe and (lacking := self.bundle.config.undecoded):
            self.shared.say(f"The loupe stays empty: {lacking}.")
        self.canvas.set_probe(self.canvas.marks.probe, None)

    # -- events

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Detect that the user turns to this pane: at once by a click or key, after a delay by the pointer."""
        match None if event is None else event.type():
            case QEvent.Type.FocusIn | QEvent.Type.MouseButtonPress:
                self.turned_to.emit()
            case QEvent.Type.Enter:
                self._dwell.start()
            case QEvent.Type.Leave:
                self._dwell.stop()
        return False

    def end(self) -> None:
        """Stop the engine, threads and timers of this pane, which cannot be used afterwards."""
        self._dwell.stop()
        self._spoken.stop()
        self.keeper.write()
        self.charting.close()
        self.opener.close()
        self.waiting.stop()
        self.filmstrip.stop()
        self.colourer.stop()
        self.translation_error.stop()
        self.prober.close()
        self.each_class.close()
        self.canvas.frame_scheduler.stop()
        self.history.stop()
        self.gallery.close()
        self.attaching.close()
        self.navigator.close()
        self.store.close()
        self.sorter.close()
        self.client.close()
        self.arrived.disconnect()


def _tell_loss(shared: Shared, event: EngineLost) -> None:
    """Report that the engine has stopped, and what to do if it was not restarted."""
    if event.again:
        why = f" ({event.reason})" if event.reason else ""
        shared.say(f"The engine stopped{why} and was restarted; nothing was lost.")
        return
    reason = f" ({event.reason})" if event.reason else ""
    shared.banner.say(f"The engine keeps stopping{reason}. Choose Help ▸ Restart the engine, or see the log.")


def _take_unless_refused(take: Callable[[Answer], None], say: Callable[[str], None], answer: Answer) -> None:
    if isinstance(answer.reply, Refused):
        say(f"The picture could not be decoded: {answer.reply.reason}")
    else:
        take(answer)
