"""What a pane has to export, by kind; where there is nothing yet, a UserError that says how to get it."""

from collections.abc import Callable

import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.export import Provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.contact_sheet import SheetSubject
from latent_explorer.gui.exports.map_subject import MapSubject
from latent_explorer.gui.exports.subjects import DecodedSubject, GridSubject, LatentsSubject, Subject
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.session import Selection, Session

_NO_PROBE = "There is no picture to export yet: move the pointer over the map, or click on it, and try again."
_NO_PATH = "There is no filmstrip to export yet: drag on the map from one place to another, and try again."
_DECODING = "The pictures are still being decoded. Try again in a moment."


def _picture(pane: MapPane) -> Subject:
    bundle, probe = _decoding(pane).bundle, pane.prober.probe
    if probe is None:
        raise UserError(_NO_PROBE)
    place = pane.prober.text(probe.z).replace(", ", "_") if len(probe.z) <= 3 else "picture"
    name, source = f"{bundle.name}_{place}", Provenance.at(bundle.name, probe.z)
    return DecodedSubject("picture", name, "Export picture", probe.z, bundle.config.net.image_shape, source)


def _frame(pane: MapPane, index: int) -> Subject:
    bundle, frames, number = _session(pane).bundle, pane.filmstrip.frames, index + 1
    if index >= len(frames):
        raise UserError(_NO_PATH)
    source = _source(pane, index).and_also(frame=f"{number} of {len(frames)}")
    name, z = f"{bundle.name}_frame-{number}", pane.path_frames.latents[index]
    return DecodedSubject("picture", name, f"Export frame {number}", z, bundle.config.net.image_shape, source)


def _filmstrip(pane: MapPane) -> Subject:
    session, strip = _decoding(pane), pane.filmstrip
    if session.state.route is None or not len(strip.frames):
        raise UserError(_NO_PATH if session.state.route is None else _DECODING)
    seconds = max(0.02, round(1 / strip.frames_per_second, 2))
    default = Choices("gif", scale=8, seconds=seconds, ping_pong=strip.ping_pong)
    name, source = f"{session.bundle.name}_path", _source(pane, slice(None))
    shape, latents = session.bundle.config.net.image_shape, pane.path_frames.latents
    return DecodedSubject("filmstrip", name, "Export filmstrip", latents, shape, source, default)


def _grid(pane: MapPane) -> Subject:
    bundle = _decoding(pane).bundle
    region, shape = pane.canvas.view.region, bundle.config.net.image_shape
    return GridSubject(f"{bundle.name}_grid", bundle.name, region, bundle.chart, shape)


def _map(pane: MapPane) -> Subject:
    session = _session(pane)
    return MapSubject(f"{session.bundle.name}_map", pane, session)


def _latents(pane: MapPane) -> Subject:
    session = _session(pane)
    return LatentsSubject(f"{session.bundle.name}_latents", session.bundle, session.state.hidden)


def _selection(pane: MapPane) -> Subject:
    bundle, selection = _session(pane).bundle, _chosen(pane)
    name, title = f"{bundle.name}_selection", f"Export {selection.count:,} selected latents"
    return LatentsSubject(name, bundle, frozenset(), selection.chosen, title)


def _contact_sheet(pane: MapPane) -> Subject:
    bundle, selection = _session(pane).bundle, _chosen(pane)
    title = f"Contact sheet of {selection.count:,} selected images"
    return SheetSubject(f"{bundle.name}_contact-sheet", bundle, selection.chosen, title)


def _session(pane: MapPane) -> Session:
    if pane.session is None:
        raise UserError("There is nothing to export: open a model first, with File ▸ Open…")
    return pane.session


def _decoding(pane: MapPane) -> Session:
    session = _session(pane)
    if lacking := session.bundle.config.undecoded:
        raise UserError(f"There is no picture to export: {lacking}.")
    return session


def _chosen(pane: MapPane) -> Selection:
    selection = _session(pane).state.selection
    if selection is None:
        raise UserError("Nothing is selected: choose the Select tool (S), drag around points, and try again.")
    return selection


def _source(pane: MapPane, index: int | slice) -> Provenance:
    """Where a frame of the path, or all of them, come from."""
    session = _session(pane)
    route = session.state.route
    assert route is not None
    chosen = np.asarray(pane.path_frames.latents[index])
    return Provenance.at(session.bundle.name, chosen, curve=route.curve, easing=route.easing)


OFFERS: dict[str, Callable[..., Subject]] = {
    "picture": _picture,
    "frame": _frame,
    "filmstrip": _filmstrip,
    "grid": _grid,
    "map": _map,
    "latents": _latents,
    "selection": _selection,
    "contact sheet": _contact_sheet,
}
"""What gives the subject of a pane, by what is to be exported; of a frame, its index is told too."""
