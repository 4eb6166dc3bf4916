"""What a pane has to export, by kind; where there is nothing yet, a UserError that says how to get it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.export import Provenance
from latent_explorer.export.provenance import coordinates_text
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.contact_sheet import SheetSubject
from latent_explorer.gui.exports.map_subject import MapSubject
from latent_explorer.gui.exports.subjects import (
    DecodedSubject,
    GridSubject,
    LatentsSubject,
    Other,
    StripSubject,
    Subject,
)
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.session import Selection, Session
from latent_explorer.session.recipes import anchors_text

_NO_PROBE = "There is no picture to export yet: move the pointer over the map, or click on it, and try again."
_NO_PATH = "There is no filmstrip to export yet: drag on the map from one place to another, and try again."
_DECODING = "The pictures are still being decoded. Try again in a moment."


@dataclass(frozen=True, eq=False)
class ExportSource:
    """What is exported from.

    link: of its map with another one, if they are linked. index: of a frame of its path. panes: all of the window, from
    left to right.
    """

    pane: MapPane
    link: Link | None = None
    index: int = 0
    panes: Sequence[MapPane] = ()

    @property
    def other(self) -> MapPane | None:
        """The other pane of the window, if it shows a map."""
        return next((each for each in self.panes if each is not self.pane and each.session is not None), None)

    @property
    def side(self) -> int:
        """0 where its map is the source of the link, 1 where it is the target."""
        return int(self.link is not None and self.pane is self.link.target)


def _picture(source: ExportSource) -> Subject:
    pane = source.pane
    bundle, probe = _decoding(pane).bundle, pane.prober.probe
    if probe is None:
        raise UserError(_NO_PROBE)
    place = pane.prober.text(probe.z).replace(", ", "_") if len(probe.z) <= 3 else "picture"
    name, whence = f"{bundle.name}_{place}", Provenance.at(bundle.name, probe.z)
    return DecodedSubject("picture", name, "Export picture", probe.z, bundle.config.net.image_shape, whence)


def _frame(source: ExportSource) -> Subject:
    pane, index = source.pane, source.index
    bundle, frames, number = _session(pane).bundle, pane.filmstrip.frames, index + 1
    if index >= len(frames):
        raise UserError(_NO_PATH)
    whence = _source(pane, index).and_also(frame=f"{number} of {len(frames)}")
    name, z = f"{bundle.name}_frame-{number}", pane.path_frames.latents[index]
    return DecodedSubject("picture", name, f"Export frame {number}", z, bundle.config.net.image_shape, whence)


def _filmstrip(source: ExportSource) -> Subject:
    pane = source.pane
    session, strip = _decoding(pane), pane.filmstrip
    if session.state.route is None or not len(strip.frames):
        raise UserError(_NO_PATH if session.state.route is None else _DECODING)
    seconds = max(0.02, round(1 / strip.frames_per_second, 2))
    default = Choices("gif", scale=8, seconds=seconds, ping_pong=strip.ping_pong)
    whence, latents = _source(pane, slice(None)), pane.path_frames.latents
    second = _stitched(source, latents, whence)
    title = "Export filmstrip" if second is None else "Export filmstrip of both maps"
    told = None if second is None else second[1]
    return StripSubject(
        "filmstrip", f"{session.bundle.name}_path", title, latents, session.bundle.config.net.image_shape, whence,
        default, None if second is None else second[0], told,
    )  # fmt: skip


def _stitched(
    source: ExportSource, latents: NDArray[np.float32], whence: Provenance
) -> tuple[Other, Provenance] | None:
    """What the other map's model makes of latents of this one; None where the maps are not linked, or nothing fits."""
    link = source.link
    translator = None if link is None else link.translator(source.side)
    if link is None or translator is None:
        return None
    other = link.pane(1 - source.side)
    bundle = other.bundle
    if bundle is None or not bundle.config.decodes:
        return None
    z, state = translator.to(latents), link.alignment.state
    means = {"stitched_by": bundle.name, "stitched": coordinates_text(z), "translator": state.translator}
    told = whence.and_also(**means, growth=state.growth, anchors=anchors_text(state.anchors))
    subject = DecodedSubject("filmstrip", bundle.name, "", z, bundle.config.net.image_shape, Provenance(bundle.name))
    return Other(subject, other.client), told


def _grid(source: ExportSource) -> Subject:
    pane = source.pane
    bundle = _decoding(pane).bundle
    region, shape = pane.canvas.view.region, bundle.config.net.image_shape
    return GridSubject(f"{bundle.name}_grid", bundle.name, region, bundle.chart, shape)


def _map(source: ExportSource) -> Subject:
    session = _session(source.pane)
    other = source.other
    left = other is None or source.panes.index(source.pane) < source.panes.index(other)
    return MapSubject(f"{session.bundle.name}_map", source.pane, session, other, left)


def _latents(source: ExportSource) -> Subject:
    session = _session(source.pane)
    return LatentsSubject(f"{session.bundle.name}_latents", session.bundle, session.state.hidden)


def _selection(source: ExportSource) -> Subject:
    bundle, selection = _session(source.pane).bundle, _chosen(source.pane)
    name, title = f"{bundle.name}_selection", f"Export {selection.count:,} selected latents"
    return LatentsSubject(name, bundle, frozenset(), selection.chosen, title)


def _contact_sheet(source: ExportSource) -> Subject:
    bundle, selection = _session(source.pane).bundle, _chosen(source.pane)
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


OFFERS: dict[str, Callable[[ExportSource], Subject]] = {
    "picture": _picture,
    "frame": _frame,
    "filmstrip": _filmstrip,
    "grid": _grid,
    "map": _map,
    "latents": _latents,
    "selection": _selection,
    "contact sheet": _contact_sheet,
}
"""What gives the subject, by what is to be exported."""
