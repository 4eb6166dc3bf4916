"""Saving a map in a session, and restoring it."""

from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.atlas.view import SCALES
from latent_explorer.charts import needs_fit
from latent_explorer.gui.pane.session_pane import SessionPane
from latent_explorer.session import OpenBundle, State
from latent_explorer.session.restoring import paths_of, state_for
from latent_explorer.session.saved import Arrays, SavedLayer, SavedMap, SavedView


def saved_map(pane: SessionPane, file: Path | None = None, number: int = 0) -> tuple[SavedMap, Arrays]:
    """The saved form of a pane's map, and its selection.

    file: of the session, if there is one. number: of the map, for the name of the array.
    """
    assert pane.session is not None
    bundle, state, view = pane.session.bundle, pane.session.state, pane.canvas.view
    name = "" if state.selection is None else f"selection-{number}"
    path, beside = paths_of(bundle.folder, file)
    saved = SavedMap(
        path=path,
        beside=beside,
        name=bundle.folder.absolute().name,
        seal=bundle.seal,
        dimensions=bundle.config.net.latent_dim,
        images=len(bundle.latents),
        label=bundle.label,
        chart=state.chart or bundle.usual,  # the default may change
        view=SavedView(view.u, view.v, view.scale),
        size=(view.width, view.height),
        layers=tuple(
            SavedLayer(layer.spec.name, layer.visible, layer.opacity) for layer in pane.layers.by_title.values()
        ),
        hidden=tuple(sorted(state.hidden)),
        pins=state.pins,
        route=state.route,
        own=state.own,
        labels=state.labels,
        style=state.style,
        frame=pane.filmstrip.index if state.route is not None else 0,
        chosen=state.chosen,
        selection=name,
        slots=pane.theme.slots,
        sets=state.sets,
    )
    return saved, {} if state.selection is None else {name: state.selection.chosen}


def show_layers(pane: SessionPane, saved: SavedMap) -> None:
    """Show the layers of a saved map that exist now; some exist only while maps are linked."""
    layers = {layer.spec.name: title for title, layer in pane.layers.by_title.items()}
    for each in saved.layers:
        if each.name in layers:
            pane.layers.put(layers[each.name], each.shown, each.opacity)


class MapRestorer(QObject):
    """Restores a saved map in a pane: opens its bundle, and the rest once bundle and chart are ready.

    shown: the map is restored; carries descriptions of what could not be.
    """

    shown = pyqtSignal(list)

    def __init__(self, pane: SessionPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._wanted: SavedMap | None = None
        self._made, self._lost = State(), list[str]()
        pane.asked_again.connect(self._go_on)
        pane.charting.laid_out.connect(self._go_on)

    def show(self, saved: SavedMap, arrays: Arrays, folder: Path) -> None:
        """Restore a saved map with the bundle in a folder."""

        def state(bundle: OpenBundle) -> State:
            self._made, self._lost = state_for(saved, arrays, bundle)
            return self._made

        self._wanted = saved
        self._pane.keeper.expect(folder, state)
        fitted_first = saved.chart is not None and needs_fit(saved.chart)
        self._pane.open(folder, saved.chart if fitted_first else None)

    @property
    def waiting(self) -> bool:
        """Whether a map is still being restored."""
        return self._wanted is not None

    def _go_on(self) -> None:
        """Restore what is now possible: the bundle has opened, or a chart is laid out."""
        pane, saved = self._pane, self._wanted
        if saved is None or pane.session is None or not pane.opener.idle or pane.charting.busy:
            return
        bundle = pane.session.bundle
        if bundle.config.net.classes and bundle.label != saved.label < bundle.config.net.classes:
            pane.decode_as(saved.label)
            return
        pane.keeper.has_shown(pane.session)
        show_layers(pane, saved)
        self._show_colours(saved)
        pane.filmstrip.begin_at(saved.frame)
        if pane.charting.fitting:
            return  # the view belongs to the chart that is being fitted
        self._wanted = None
        if pane.session.state.chart == self._made.chart:
            self._look(saved)
        self.shown.emit(self._lost)

    def _show_colours(self, saved: SavedMap) -> None:
        """Restore the colours of classes, unless the palette assigns them anyway."""
        pane, bundle = self._pane, self._pane.bundle
        assert bundle is not None
        if len(saved.slots) == len(bundle.class_names) and saved.slots != pane.theme.slots:
            pane.shared.slots[bundle.class_names, pane.shared.palette] = saved.slots
            pane.dress(pane.theme)

    def _look(self, saved: SavedMap) -> None:
        """Show the same region; if the map has another size, at least all of it."""
        canvas = self._pane.canvas
        width, height = saved.size
        share = min(canvas.view.width / width, canvas.view.height / height)
        canvas.look_at(saved.view.u, saved.view.v, float(np.clip(saved.view.scale * share, *SCALES)))
