"""The session of a pane: started with a bundle, moved to another chart, snapshot or class, requested again."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal

from latent_explorer.atlas import Region
from latent_explorer.charts import ChartSpec
from latent_explorer.engine.process import Engine
from latent_explorer.gui.pane.moving_map import MovingMap
from latent_explorer.gui.pane.parts import PaneParts
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.settings import PictureSettings
from latent_explorer.gui.theme import Theme
from latent_explorer.runs import RunFolder
from latent_explorer.session import OpenBundle, Session, State

_NO_PICTURES = "No decoder: the map shows the latents alone"


class SessionPane(PaneParts):
    """Shows the current session with the parts of a pane.

    changed: the bundle, its chart or the session's state has changed. begun: the new Session. exchanged: the OpenBundle
    that replaces the current one within the session, with another chart, snapshot or class. state_changed: the old and
    the new State. dressed: the new Theme. images_came: the engine has images, or others than before. asked_again: the
    engine has opened the bundle, and all requests were made again. remembered: the folder of a bundle that was opened.
    """

    changed = pyqtSignal()
    begun = pyqtSignal(object)
    exchanged = pyqtSignal(object)
    state_changed = pyqtSignal(object, object)
    dressed = pyqtSignal(object)
    images_came = pyqtSignal()
    asked_again = pyqtSignal()
    remembered = pyqtSignal(object)

    def __init__(self, shared: Shared, start_engine: Callable[[], Engine]) -> None:
        super().__init__(shared, start_engine)
        self.session: Session | None = None
        self.opener.state_of = lambda bundle: self.keeper.read_ahead(bundle)
        self.opener.read.connect(self._read)
        self.opener.opened.connect(self._opened)
        self.opener.refused.connect(self._refused)
        self.charting.laid_out.connect(self._show_chart)
        self.charting.moved.connect(self._show_moving)
        self.charting.stayed.connect(self._lay_out_anew)
        self.moving = MovingMap(self.canvas, self.points, self.prober)
        self.navigator.open_wanted.connect(self.open)
        self.navigator.travel_wanted.connect(self._travel)

    @property
    def bundle(self) -> OpenBundle | None:
        return None if self.session is None else self.session.bundle

    @property
    def ready(self) -> bool:
        """Whether a bundle is shown and the engine has opened it."""
        return self.session is not None and self.opener.idle and not (self.feed.paused or self.charting.busy)

    @property
    def settled(self) -> bool:
        """Whether the map is complete apart from pictures and fields: points, colours, images, the path."""
        if self.session is None or not self.ready or self.points.sorting or self.colourer.work:
            return False
        return self.path_frames.settled and not self.thumbnails.waiting

    def open(self, folder: Path, chart: ChartSpec | None = None, begun: "Future[OpenBundle] | None" = None) -> None:
        """Open the bundle in a folder, with a chart if given. If it is broken, the current bundle stays open.

        begun: its reading, if that has started; see `session.begin_opening`.
        """
        self.navigator.make_way_for(folder)
        self.charting.first = chart
        self.opener.open(folder, begun)

    def _read(self, bundle: OpenBundle) -> None:
        self.navigator.leave_for(bundle.folder)
        self.feed.paused = True
        if self.session is None:
            self.show_bundle(bundle)  # shows the map before the engine is ready

    def _travel(self, bundle: OpenBundle) -> None:
        self.feed.paused = True
        self.opener.travel(bundle)

    def _opened(self, bundle: OpenBundle, travels: bool) -> None:
        if travels:
            self.exchange(bundle)
            self.ask_again()
            self._decode_as_chosen()
            return
        if self.bundle is None or self.bundle.latents is not bundle.latents:
            self.show_bundle(bundle)
        self.shared.banner.clear()
        self.charting.complain()
        if bundle.config.moment is None and not bundle.config.passing:
            self.remembered.emit(bundle.folder)
        what = bundle.points if bundle.config.dataset.source or bundle.config.decodes else "latents"
        lacking = bundle.config.undecoded
        self.shared.say(f"{bundle.name}: {len(bundle.latents):,} {what}{'; ' if lacking else ''}{lacking}")
        self.ask_again()
        self.navigator.landed()

    def _refused(self) -> None:
        self.ask_again()
        self._decode_as_chosen()
        self.navigator.give_up()

    def show_bundle(self, bundle: OpenBundle) -> None:
        """Start a session with a bundle, with the pins and the path it had when last shown."""
        self.keeper.write()
        state = self.keeper.state_of(bundle)
        self.charting.leave()
        self.moving.end()
        bundle = self.charting.seen(bundle, state.chart)
        self.session = session = Session(bundle, replace(state, chart=bundle.spec, label=bundle.label))
        session.changed.connect(self._session_changed)
        self._name(bundle)
        self.canvas.name_axes(bundle.chart.axis_names)
        self.feed.open(bundle)
        self.fields.open(bundle)
        self.layers.open(bundle)
        if bundle.config.moment is None and not bundle.config.passing:
            self.store.open(bundle)
        else:
            self.store.leave()
        self.canvas.mark(draft=None, neighbours=None, caption=_caption(bundle))
        self.dress(self.theme)
        self.colourer.open(bundle, self.theme)
        self.true_neighbours.open(bundle)
        self.map_trust.open(bundle)
        self.path_frames.open(bundle)
        self.prober.lock(False)
        self.each_class.open(bundle)
        self.prober.open(session)
        self._gestures.session = session
        self.lens.begin(session)
        self.pinboard.open(session)
        self.selecting.open(session)
        self.gallery.begin(session)
        self.thumbnails.open(bundle)
        self.images.open(bundle)
        self.canvas.set_home(Region.around(bundle.home))
        self.history.begin()
        self.chart_panel.show_bundle(bundle)
        self._show_changes(State(chart=session.state.chart, label=bundle.label), session.state)
        self.begun.emit(session)
        self.charting.begin(session)

    def see_through(self, chart: ChartSpec) -> None:
        """Show the bundle with another chart. Raises UserError if the chart is not possible for it."""
        if self.session is not None:
            self.charting.choose(self.session, chart)

    def _show_chart(self, bundle: OpenBundle) -> None:
        """Show the bundle with another chart; pins, path and selection stay."""
        assert self.session is not None
        probe, before = self.prober.probe, self.session.bundle
        self.session.exchange(bundle)
        self.lens.close()
        self.moving.end()
        self.linked.forget_places()
        self.navigator.bundle = bundle
        self.canvas.name_axes(bundle.chart.axis_names)
        self.feed.open(bundle)
        self.fields.open(bundle)
        self.prober.open(self.session, None if probe is None else probe.z)
        self.path_frames.exchange(bundle)
        self.pinboard.open(self.session)
        self.thumbnails.open(bundle)
        self.dress(self.theme)
        self.colourer.see(bundle)
        self.true_neighbours.open(bundle)
        self.map_trust.open(bundle)
        if not np.array_equal(bundle.uv, before.uv):  # otherwise the view stays
            self.canvas.set_home(Region.around(bundle.home))
            self.history.begin()
        self.chart_panel.show_bundle(bundle)
        self.exchanged.emit(bundle)
        self.look()
        self.changed.emit()

    def _show_moving(self, uv: NDArray[np.float32]) -> None:
        assert self.session is not None
        if self.moving.begin(self.session, uv):
            self.feed.leave()
            self.fields.leave()
            self.true_neighbours.close()
            self.map_trust.leave()
            self.linked.forget_places()
        self.moving.show(uv)

    def _lay_out_anew(self) -> None:
        """Show the data at their places again after a fit without a result."""
        if self.session is not None:
            self.charting.lay_out(self.session)

    def exchange(self, bundle: OpenBundle) -> None:
        """Continue with another decoder of the same images: another snapshot of the run, or another class."""
        assert self.session is not None
        bundle, before = self.charting.seen(bundle, self.session.state.chart), self.session.bundle
        self.session.exchange(bundle)
        self._name(bundle)
        self.canvas.name_axes(bundle.chart.axis_names)
        self.images.open(bundle)
        self.feed.renew(bundle)
        self.fields.renew(bundle)
        self.colourer.open(bundle, self.theme)
        self.true_neighbours.open(bundle)
        self.map_trust.open(bundle)
        self.each_class.open(bundle)
        self.prober.exchange()
        self.path_frames.exchange(bundle)
        self.pinboard.open(self.session)
        self.inspector.set_bundle(bundle, self.theme)
        if not np.array_equal(before.class_counts, bundle.class_counts):  # a generator's draws have other classes now
            self.legend.set_bundle(bundle, self.theme, self.session.state.hidden)
            self.selection.set_classes(bundle, self.theme)
        self.chart_panel.show_bundle(bundle)
        self.exchanged.emit(bundle)
        if bundle.config.moment is not None or bundle.config.passing:
            self.navigator.arrive(bundle)
            return
        self.store.open(bundle)
        self.tiles.forget()
        self.canvas.mark(caption=_caption(bundle))
        self.canvas.refresh()

    def decode_as(self, label: int) -> None:
        """Decode under another class of a conditional model; pins, path, selection and view stay. Can be undone."""
        if self.session is not None and self.opener.stays and label < self.session.bundle.config.net.classes:
            self.session.decode_as(label)

    def _decode_as_chosen(self) -> None:
        """Let the model decode under the class of the session's state, unless another bundle is being opened."""
        if self.session is None or not self.opener.stays:
            return
        bundle, label = self.session.bundle, self.session.state.label
        if label != bundle.label or self.opener.label not in (None, label):
            self._travel(replace(bundle, label=label))

    def follow(self, old: Path, new: Path) -> None:
        """Follow the renaming of a bundle's folder; if the bundle is shown, pins, path, selection and view stay."""
        bundle = self.bundle
        if bundle is not None and bundle.folder == old:
            self._travel(replace(bundle, folder=new))
            self.remembered.emit(new)
        elif bundle is not None and RunFolder.of_bundle(old).path in bundle.folder.parents:
            self.open(new)  # a snapshot of its run was shown

    def _name(self, bundle: OpenBundle) -> None:
        self.navigator.bundle = bundle
        self.title.name.setText(bundle.name)
        self.canvas.setAccessibleName(f"Map of the latent space of {bundle.name}")
        self.changed.emit()

    def ask_again(self) -> None:
        """Make all requests again, after opening a bundle has dropped them."""
        self.feed.paused = False
        self.translation_error.again()
        self.look()
        if self.session is not None:
            self.path_frames.again()
            self.pinboard.ask()
            self.selecting.ask()
            self.gallery.again()
            self.thumbnails.again()
            self.images.again()
            self.colourer.again()
            self.map_trust.again()
            self.prober.again()
            self.each_class.again()
            self.attaching.open(self.session.bundle)
            self.asked_again.emit()

    def _ask_for_images(self) -> None:
        """Request again what was refused without images, or was shown with other images."""
        self.thumbnails.renew()
        self.images.renew()
        self.selecting.ask()
        self.gallery.again()
        self.prober.again()
        self.images_came.emit()

    def restart_engine(self) -> None:
        """Restart the engine; pending requests are made again."""
        self.shared.banner.clear()
        self.client.restart()

    def _session_changed(self, old: State, new: State) -> None:
        assert self.session is not None
        self.keeper.note(self.session, old)
        self._show_changes(old, new)
        self.state_changed.emit(old, new)

    def _show_changes(self, old: State, new: State) -> None:
        assert self.session is not None
        if old.chart != new.chart:
            self.charting.lay_out(self.session)
        if old.label != new.label:
            self._decode_as_chosen()
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
            self.gallery.show()
        self.overview.look()
        self.thumbnails.look()
        self.changed.emit()

    def look(self) -> None:
        """Request the tiles of the view, from the pointer outward."""
        self.feed.look(self.canvas.view, self.canvas.marks.probe)
        self.fields.look(asking=not self.feed.paused)
        self.thumbnails.look()

    def show_pictures(self, pictures: PictureSettings) -> None:
        """Apply settings for showing and caching decoded pictures."""
        resized, self.feed.chosen_pixels = self.feed.chosen_pixels != pictures.pixels, pictures.pixels
        changed, self.store.on = self.store.on != pictures.keep, pictures.keep
        self.feed.cache.limit = pictures.memory * 2**20
        self.store.keep_within(pictures.disk * 2**20)
        self.canvas.frame_scheduler.fades = pictures.fade
        if resized or changed:
            self.look()
        if resized:
            self.canvas.refresh()

    def dress(self, theme: Theme) -> None:
        if self.session is not None:
            theme = self.shared.coloured(theme, self.session.bundle)
        self.theme = theme
        self.canvas.dress(theme)
        self.overview.dress(theme)
        self.gallery.dress(theme)
        if self.session is not None:
            bundle, hidden = self.session.bundle, self.session.state.hidden
            for layer in self.canvas.layers:
                layer.dress(bundle, hidden, theme)
            self.colourer.dress(theme)
            self.legend.set_bundle(bundle, theme, hidden)
            self.inspector.set_bundle(bundle, theme)
            self.selection.set_classes(bundle, theme)
            self.path_frames.dress(theme)
        self.canvas.refresh()
        self.dressed.emit(theme)


def _caption(bundle: OpenBundle) -> str:
    """The caption of the map: that there are no pictures, or the class they are decoded under."""
    if not bundle.config.decodes:
        return _NO_PICTURES
    return f"Decoded as {bundle.class_names[bundle.label]}" if bundle.config.net.classes else ""
