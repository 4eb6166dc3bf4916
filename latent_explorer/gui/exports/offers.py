"""The subjects that a pane can export, by kind; a UserError explains how to create missing ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.export import Kind, Provenance
from latent_explorer.export.provenance import coordinates_text
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.contact_sheet import SheetSubject
from latent_explorer.gui.exports.map_subject import MapSubject
from latent_explorer.gui.exports.subjects import (
    PICTURE,
    DecodedSubject,
    GridSubject,
    LatentsSubject,
    Other,
    StripSubject,
    Subject,
)
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.paths import CURVES
from latent_explorer.paths.captions import row_captions
from latent_explorer.session import Route, Selection, Session
from latent_explorer.session.recipes import anchors_text

_NO_PROBE = "There is no picture to export yet: move the pointer over the map, or click on it, and try again."
_NO_PATH = "There is no filmstrip to export yet: drag on the map from one place to another, and try again."
_COMPUTING = "The path is still being computed, and the straight line stands in for it. Try again in a moment."
_DECODING = "The pictures are still being decoded. Try again in a moment."


@dataclass(frozen=True, eq=False)
class ExportSource:
    """The source of an export.

    link: with another map, if linked. index: of a frame of its path. panes: all of the window, from left to right.
    """

    pane: MapPane
    link: Link | None = None
    index: int = 0
    panes: Sequence[MapPane] = ()

    @property
    def other(self) -> MapPane | None:
        """The other pane, if it shows a map."""
        return next((each for each in self.panes if each is not self.pane and each.session is not None), None)

    @property
    def side(self) -> int:
        """0 if its map is the source of the link, 1 if it is the target."""
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
    if index >= len(pane.filmstrip.frames):
        raise UserError(_NO_PATH)
    number = f"{index + 1} of {len(pane.filmstrip.frames)}"
    title, name = f"Export frame {index + 1}", f"{_session(pane).bundle.name}_frame-{index + 1}"
    return _along_path(source, slice(index, index + 1), "picture", name, title, PICTURE, frame=number)


def _filmstrip(source: ExportSource) -> Subject:
    pane = source.pane
    session, strip = _decoding(pane), pane.filmstrip
    if session.state.route is None:
        raise UserError(_NO_PATH)
    seconds = max(0.02, round(1 / strip.frames_per_second, 2))
    default = Choices("gif", scale=8, seconds=seconds, ping_pong=strip.ping_pong)
    return _along_path(
        source, slice(None), "filmstrip", f"{session.bundle.name}_path", "Export filmstrip", default
    )  # fmt: skip


def _along_path(
    source: ExportSource, which: slice, kind: Kind, name: str, title: str, default: Choices, **more: str
) -> Subject:
    """Frames of the path, along one or both curves, and decoded by another map's model."""
    pane = source.pane
    session, frames = _session(pane), pane.path_frames
    route, bundle = session.state.route, session.bundle
    assert route is not None
    if not frames.settled:
        raise UserError(_COMPUTING if frames.work else _DECODING)
    latents, compared = frames.latents[which], None if frames.compared is None else frames.compared[which]
    whence = Provenance.at(bundle.name, latents if kind == "filmstrip" else latents[0], **_how(route)).and_also(**more)
    rows, told = [(route.curve, bundle.name)], whence
    if compared is not None:
        rows.append((route.compare, bundle.name))
        told = told.and_also(compared=coordinates_text(compared), compare=route.compare)
    second = _stitched(source, latents, told)
    if second is not None:
        rows.append((route.curve, second[0].subject.name))
        told, title = second[1], f"{title} of both maps"
    captions = row_captions([(CURVES[curve].title, model) for curve, model in rows])
    return StripSubject(
        kind, name, title, latents, bundle.config.net.image_shape, whence, default, compared,
        None if second is None else second[0], tuple(captions), told,
    )  # fmt: skip


def _how(route: Route) -> dict[str, str]:
    """The settings of a path, for the provenance."""
    through = {"through": coordinates_text(np.array(route.through, np.float32))} if route.through else {}
    return {"curve": route.curve, "easing": route.easing, **through}


def _stitched(
    source: ExportSource, latents: NDArray[np.float32], whence: Provenance
) -> tuple[Other, Provenance] | None:
    """The subject of translated latents on the other map; None without a link or a translator."""
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
"""Functions that return the subject, by kind."""
