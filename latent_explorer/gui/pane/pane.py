"""The map pane: one model on one canvas, with an engine, a session and panels of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal

from latent_explorer.atlas import Region
from latent_explorer.charts import ChartSpec
from latent_explorer.engine.client import Answer, EngineLost, Urgency
from latent_explorer.engine.handlers.describe import Describe
from latent_explorer.engine.handlers.hover import Hover
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import Engine
from latent_explorer.gui.pane.feed import FIELD
from latent_explorer.gui.pane.parts import PaneParts
from latent_explorer.gui.pane.replies import TileReceiver, tell_loss, unless_refused
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.shipped import shipped_tiles
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.picture_view import open_picture_window
from latent_explorer.session import OpenBundle, Session, State

_DWELL_MS = 300  # the pointer may cross a map on its way elsewhere
_THE_END = "As near as it gets: from here on, neighbouring pictures have the same float32 latents."


@dataclass(frozen=True)
class Readings:
    """What the status bar says of a pane. hover, frame: their times in words."""

    device: str
    times: str
    tiles: str
    points: str


class MapPane(PaneParts):
    """One model on one canvas.

    changed: another bundle is open, or the session's state is another. asked_again: the engine has opened what is
    shown, and all that is wanted of it has been asked. turned_to: a person works with this pane. raise_wanted: the
    title of a panel to be in front, and whether to show it where it is hidden. remembered: the folder of a bundle that
    was opened.
    """

    changed = pyqtSignal()
    asked_again = pyqtSignal()
    turned_to = pyqtSignal()
    raise_wanted = pyqtSignal(str, bool)
    remembered = pyqtSignal(object)

    def __init__(self, shared: Shared, start_engine: Callable[[], Engine]) -> None:
        super().__init__(shared, start_engine)
        self.session: Session | None = None
        self._kept: dict[str, State] = {}  # of bundles shown before, by their seal
        self._dwell = QTimer(self)
        self._dwell.setSingleShot(True)
        self._dwell.setInterval(_DWELL_MS)
        self._dwell.timeout.connect(self.turned_to)
        self.canvas.installEventFilter(self)
        self._wire()
        self._receive()
        self.take_tool("Probe")

    # -- wiring

    def _wire(self) -> None:
        canvas, prober = self.canvas, self.prober
        canvas.hovered.connect(prober.hover)
        canvas.looked.connect(self.look)
        canvas.ended.connect(lambda: self.shared.say(_THE_END))
        canvas.pacing.holds = prober.awaits
        canvas.closest, self.tiles.cover = self.feed.closest, self.feed.cover
        canvas.painted.connect(self.points.after_first_paint)
        self.sorter.done.connect(canvas.refresh)
        self.store.lost.connect(self.look)
        self.store.listed.connect(self.look)
        prober.told.connect(self.layers.tell)
        prober.told.connect(self.thumbnails.hover)
        self.opener.read.connect(self._read)
        self.opener.opened.connect(self._opened)
        self.opener.refused.connect(self._refused)
        self.navigator.open_wanted.connect(self.open)
        self.navigator.travel_wanted.connect(self._travel)
        self.selecting.raise_wanted.connect(self.raise_wanted)
        self.layers.changed.connect(self._show_layers)
        self._wire_panels()

    def _wire_panels(self) -> None:
        self.legend.toggled.connect(self._to_session(Session.toggle_class))
        self.legend.isolated.connect(self._to_session(Session.isolate_class))
        self.legend.all_wanted.connect(partial(self._to_session(Session.hide), frozenset()))
        self.legend.select_wanted.connect(self.selecting.select_class)
        self.inspector.typed.connect(self.prober.go_to)
        self.inspector.dimensions.list.moved.connect(self.prober.explore)
        self.inspector.pin_wanted.connect(self.pin_probe)
        self.inspector.picture_wanted.connect(self.open_picture)
        self.inspector.neighbours.chosen.connect(self.go_to_image)
        self.filmstrip.route_chosen.connect(self._to_session(Session.draw))
        self.filmstrip.clear_wanted.connect(self.clear_route)
        self.filmstrip.strip.probe_wanted.connect(lambda index: self.prober.go_to(self.path_frames.latents[index]))
        self.filmstrip.strip.open_wanted.connect(self.open_frame)

    def _to_session(self, change: Callable[[Session, Any], None]) -> Callable[[Any], None]:
        """Change whatever session there is by then."""

        def run(value: Any) -> None:
            if self.session is not None:
                change(self.session, value)

        return run

    def _receive(self) -> None:
        """Say who takes what the engine answers."""
        receiver = TileReceiver(self.store, self.feed, self.tiles, self.fields, self.canvas, self.navigator)
        self.store.found.connect(receiver.take_kept)
        self.client.subscribe(EngineLost, partial(tell_loss, self.shared))
        self.client.subscribe(Open, self.opener.take)
        self.client.subscribe(Hover, self._unless_refused(self.prober.take_picture))
        self.client.subscribe(Describe, self._unless_refused(self.prober.take_place))
        self.client.subscribe("pins", self._unless_refused(self.pinboard.take), Urgency.ASKED)
        self.client.subscribe("selection", self.selecting.take, Urgency.ASKED)
        self.client.subscribe("grow", self._unless_refused(self.selecting.take_nearest), Urgency.ASKED)
        self.client.subscribe("film", self._unless_refused(self.path_frames.take), Urgency.PATH)
        self.client.subscribe("tiles", self._unless_refused(receiver.take), Urgency.VIEW)
        self.client.subscribe("fields", self._unless_refused(self.fields.take), Urgency.OVERLAY)
        self.client.subscribe("thumbnails", self.thumbnails.take, Urgency.DETAIL)

    def _unless_refused(self, take: Callable[[Answer], None]) -> Callable[[Answer], None]:
        return unless_refused(take, self.shared.say)

    # -- bundles

    @property
    def bundle(self) -> OpenBundle | None:
        """What is shown."""
        return None if self.session is None else self.session.bundle

    @property
    def ready(self) -> bool:
        """Whether a bundle is shown and the engine has it too."""
        return self.session is not None and self.opener.idle and not self.feed.paused

    def open(self, folder: Path, chart: ChartSpec | None = None) -> None:
        """Open the bundle in a folder, through `chart` if there is one; where it is broken, what was open stays."""
        self.charting.first = chart
        self.opener.open(folder)

    def _read(self, bundle: OpenBundle) -> None:
        self.navigator.leave_for(bundle.folder)
        self.feed.paused = True
        if self.session is None:
            self.show_bundle(bundle)  # the map is there before the engine is

    def _travel(self, bundle: OpenBundle) -> None:
        self.feed.paused = True
        self.opener.travel(bundle)

    def _opened(self, bundle: OpenBundle, travels: bool) -> None:
        """The engine has what is to be shown."""
        if travels:
            self.exchange(bundle)
            self.ask_again()
            return
        if self.bundle is None or self.bundle.latents is not bundle.latents:
            self.show_bundle(bundle)
        self.shared.banner.hide()
        self.charting.complain()
        if bundle.config.moment is None:
            self.remembered.emit(bundle.folder)
        self.shared.say(f"{bundle.name}: {len(bundle.latents):,} images")
        self.ask_again()
        self.navigator.landed()

    def _refused(self) -> None:
        self.ask_again()
        self.navigator.give_up()

    def show_bundle(self, bundle: OpenBundle) -> None:
        """Begin a session on a bundle, with the pins and path that it had when it was last shown."""
        if self.session is not None:
            self._kept[self.session.bundle.seal] = self.session.state
        state = self._kept.get(bundle.seal, State())
        bundle = self.charting.seen(bundle, state.chart)
        self.session = session = Session(bundle, replace(state, chart=bundle.spec))
        session.changed.connect(self._session_changed)
        self._name(bundle)
        self.feed.open(bundle.chart, shipped_tiles(bundle, FIELD))
        self.fields.open(bundle)
        self.layers.open(bundle)
        if bundle.config.moment is None:
            self.store.open(bundle)
        else:
            self.store.leave()
        self.canvas.set_marks(replace(self.canvas.marks, draft=None, neighbours=None, caption=""))
        self.dress(self.theme)
        self.path_frames.open(bundle)
        self.prober.open(bundle)
        self._gestures.session = session
        self.pinboard.open(session)
        self.selecting.open(session)
        self.thumbnails.open(bundle)
        self.canvas.set_home(Region.around(bundle.home))
        self._session_changed(State(chart=session.state.chart), session.state)
        self.charting.begin(session)

    def see_through(self, chart: ChartSpec) -> None:
        """See the bundle through another chart. Raises UserError where it is not possible here."""
        if self.session is not None:
            self.charting.choose(self.session, chart)

    def _show_chart(self, bundle: OpenBundle) -> None:
        """Show the bundle as it is seen through another chart; all that a person has made of it stays."""
        assert self.session is not None
        probe = self.prober.probe
        self.session.exchange(bundle)
        self.navigator.bundle = bundle
        self.feed.open(bundle.chart, shipped_tiles(bundle, FIELD))
        self.fields.open(bundle)
        self.prober.open(bundle)
        self.path_frames.exchange(bundle)
        self.pinboard.open(self.session)
        self.thumbnails.open(bundle)
        self.dress(self.theme)
        self.canvas.set_home(Region.around(bundle.home))
        self.canvas.fit()
        self.look()
        if probe is not None:
            self.prober.explore(probe.z)

    def exchange(self, bundle: OpenBundle) -> None:
        """Go on with another decoder of the same images: of another moment of the run, or given another class."""
        assert self.session is not None
        bundle = self.charting.seen(bundle, self.session.state.chart)
        self.session.exchange(bundle)
        self._name(bundle)
        self.feed.renew(bundle.chart)
        self.fields.renew(bundle)
        self.prober.exchange(bundle)
        self.path_frames.exchange(bundle)
        self.pinboard.open(self.session)
        self.inspector.set_bundle(bundle, self.theme)
        if bundle.config.moment is not None:
            self.navigator.arrive(bundle)
            return
        self.store.open(bundle)
        caption = f"Decoded as {bundle.class_names[bundle.label]}" if bundle.config.family.conditional else ""
        self.canvas.set_marks(replace(self.canvas.marks, caption=caption))

    def decode_as(self, label: int) -> None:
        """Have a conditional decoder given another class; pins, path, selection and view stay."""
        if self.bundle is not None and self.bundle.config.family.conditional:
            self._travel(replace(self.bundle, label=label))

    def _name(self, bundle: OpenBundle) -> None:
        self.navigator.bundle = bundle
        self.title.show_name(bundle.name)
        self.canvas.setAccessibleName(f"Map of the latent space of {bundle.name}")
        self.changed.emit()

    def ask_again(self) -> None:
        """Ask for all that is wanted; opening a bundle has dropped it."""
        self.feed.paused = False
        self.look()
        if self.session is not None:
            self.path_frames.ask()
            self.pinboard.ask()
            self.selecting.ask()
            self.thumbnails.again()
            self.prober.again()
            self.asked_again.emit()

    def restart_engine(self) -> None:
        """End the engine; it is started again, and what was wanted is asked again."""
        self.shared.banner.hide()
        self.client.restart()

    def _session_changed(self, old: State, new: State) -> None:
        assert self.session is not None
        if old.chart != new.chart:
            self._show_chart(self.session.bundle.with_chart(new.chart))
        if old.pins != new.pins:
            self.pinboard.show()
        if old.route != new.route:
            self.path_frames.show(new.route)
        if old.hidden != new.hidden:
            for layer in self.canvas.above:
                layer.dress(self.session.bundle, new.hidden, self.theme)
            self.legend.show_hidden(new.hidden)
            self.canvas.refresh()
        if old.selection is not new.selection:
            self.selecting.show(new.selection)
            self.selecting.bring_forward(new.selection)
        self.thumbnails.look()
        self.changed.emit()

    # -- what a person does

    def take_tool(self, name: str) -> None:
        """Take another tool in hand."""
        self.canvas.take_tool(self.tools[name])
        self.canvas.setFocus()

    def pin_probe(self) -> None:
        """Pin the place that is probed."""
        if self.session is not None and self.prober.probe is not None:
            self.session.pin(self.prober.probe.z)

    def clear_route(self) -> None:
        """Remove the path."""
        if self.session is not None:
            self.session.draw(None)

    def open_picture(self) -> None:
        """Open the probed picture in a window of its own."""
        probe = self.prober.probe
        if probe is not None and probe.picture is not None:
            self._open_picture(probe.picture, probe.z)

    def open_frame(self, index: int) -> None:
        """Open a picture of the filmstrip in a window of its own."""
        self._open_picture(self.filmstrip.frames[index], self.path_frames.latents[index])

    def _open_picture(self, picture: NDArray[np.uint8], z: NDArray[np.float32]) -> None:
        open_picture_window(self.window() or self, picture, "Picture at " + ", ".join(f"{value:.3f}" for value in z))

    def go_to_image(self, index: int) -> None:
        """Probe the place of an image of the data."""
        assert self.session is not None
        self.prober.go_to(self.session.bundle.latents.mean[index])

    # -- what is seen

    def look(self) -> None:
        """Want the tiles of the view, from the pointer outward."""
        self.feed.look(self.canvas.view, self.canvas.marks.probe)
        self.fields.look(asking=not self.feed.paused)
        self.thumbnails.look()

    def _show_layers(self) -> None:
        """Layers are shown or hidden."""
        self.look()
        self.canvas.refresh()
        if self.prober.probe is not None and self.prober.probe.on_map:
            self.layers.tell(*self.prober.probe.uv)
        self.changed.emit()

    def toggle_loupe(self) -> None:
        """Show or hide the picture beside the pointer."""
        self.prober.loupe = not self.prober.loupe
        self.canvas.set_probe(self.canvas.marks.probe, None)

    def dress(self, theme: Theme) -> None:
        """Show everything in the colours of a theme."""
        self.theme = self.canvas.theme = theme
        if self.session is not None:
            bundle, hidden = self.session.bundle, self.session.state.hidden
            self.layers.dress(bundle, hidden, theme)
            self.legend.set_bundle(bundle, theme, hidden)
            self.inspector.set_bundle(bundle, theme)
            self.selection.set_classes(bundle, theme)
        self.canvas.refresh()

    @property
    def readings(self) -> Readings:
        """What the status bar says of this pane."""
        times = f"{self.prober.exact.text()} · {self.canvas.pacing.frames.text()}"
        return Readings(self.opener.device, times, f"{self.feed.missing} tiles to come", self.points.text)

    # -- events

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Notice that a person turns to this pane: at once by a click or a key, by the pointer once it has stayed."""
        match None if event is None else event.type():
            case QEvent.Type.FocusIn | QEvent.Type.MouseButtonPress:
                self.turned_to.emit()
            case QEvent.Type.Enter:
                self._dwell.start()
            case QEvent.Type.Leave:
                self._dwell.stop()
        return False

    def end(self) -> None:
        """End the engine and all that works for this pane; it is not used afterwards."""
        self._dwell.stop()
        self.charting.stop()
        self.filmstrip.stop()
        self.prober.stop()
        self.navigator.close()
        self.store.close()
        self.sorter.close()
        self.link.close()
