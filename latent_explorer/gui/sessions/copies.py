"""Copy as command and Copy as Python: code that draws the map, a picture, the grid or the filmstrip again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from PyQt6.QtGui import QGuiApplication

from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import saved_map
from latent_explorer.gui.sessions.window_alone import drawn_by_a_window_alone
from latent_explorer.gui.studies.style_transfer import STYLE_TRANSFER
from latent_explorer.session.recipes import LONGEST, Beside, ReplayRecipe, Value, What, named_file, recipe
from latent_explorer.session.saved import SavedLook, SavedMap
from latent_explorer.session.session import as_point

if TYPE_CHECKING:  # the dialog is imported on first use, so that the window opens fast
    from latent_explorer.gui.exports.choices import Choices
    from latent_explorer.gui.exports.offers import ExportSource

WORDS: dict[What, str] = {
    "map": "Map",
    "picture": "Picture",
    "grid": "Grid of the region seen",
    "filmstrip": "Filmstrip",
    "style": "Style grid",
    "latents": "Latents",
}
"""The names of things that can be copied."""


class LinkedMaps(Protocol):
    """The part of the workbench that can be drawn again."""

    panes: list[MapPane]
    active: MapPane

    @property
    def link(self) -> Link | None: ...


class Copies:
    """Copies recipes. look: returns the settings of all maps. session: returns the file with this state, or None."""

    def __init__(self, maps: LinkedMaps, look: Callable[[], SavedLook], session: Callable[[], Path | None]) -> None:
        self._maps, self._look, self._session = maps, look, session

    def copy(self, what: What, python: bool) -> None:
        """Copy the recipe for a part of the active map, or report why that is not possible."""
        pane = self._maps.active
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        try:
            text = self.text(what, python)
        except UserError as error:
            pane.shared.banner.say(f"Not copied: {error}")
            return
        clipboard.setText(text)
        kind = "Python" if python else "a command"
        pane.shared.say(f"Copied the {WORDS[what].split()[0].lower()} as {kind}: paste it to draw the same again.")

    def text(self, what: What, python: bool) -> str:
        """The command or the Python call. Raises UserError if there is nothing to draw, or it is too long."""
        found = self.recipe(what)
        text = found.python() if python else found.command()
        reason = f"it would take {len(text):,} characters, most of them for {_long(what)}"
        if len(text) <= LONGEST:
            if what != "map" or not (self._tied or found.options.get("both")):
                return text
            reason = "a command describes one map, and this shows something of the other"
        file = self._session()
        if file is None:
            raise UserError(f"{reason}; save the session first (Ctrl+S), and its file is named instead")
        several = what != "filmstrip" or not found.options.keys().isdisjoint(("beside", "compare"))
        alone: dict[str, Value] = {} if several else {"pairs": "alone"}
        from_file = ReplayRecipe(what, found.out, {"session": str(file), **_choices_of(found), **alone})
        return from_file.python() if python else from_file.command()

    @property
    def _tied(self) -> bool:
        """Whether the maps show anchors or translations of each other."""
        link = self._maps.link
        return link is not None and (bool(link.alignment.state.anchors) or link.fit is not None)

    def recipe(self, what: What) -> ReplayRecipe:
        """The recipe for a part of the active map, with the last choices in its export dialog."""
        from latent_explorer.export import find_format
        from latent_explorer.gui.exports.choices import remembered
        from latent_explorer.gui.exports.offers import OFFERS, ExportSource

        pane = self._maps.active
        if pane.bundle is not None and pane.bundle.config.passing:
            raise UserError(
                "this model is in the Python process that opened the window, which nothing pasted elsewhere can reach; "
                "export a file instead, or use window.probe, .pins and .path there"
            )
        if what == "style":
            return self._of_styles(pane)
        source = ExportSource(pane, self._maps.link, panes=tuple(self._maps.panes))
        subject = OFFERS[what](source)
        choices = remembered(pane.shared.settings, subject.kind, subject.default)
        saved, arrays = saved_map(pane)
        if pane.prober.probe is not None:
            saved = msgspec.structs.replace(saved, chosen=as_point(pane.prober.probe.z))
        known = find_format(subject.kind, choices.format)
        out = named_file(saved, what, known.suffix)
        sizes = subject.shape(known, choices)[:2] if what == "grid" else (0, 0)
        if what == "map":
            _refuse_what_a_window_alone_draws(saved, self._look())
        beside = _beside(source) if subject.other(known, choices) is not None else None
        chosen = dict(_options(what, choices, sizes, (*known.heeds, *subject.heeds(known))))
        if beside is None and not (saved.route is not None and saved.route.compare):
            chosen.pop("pairs", None)
        return recipe(what, saved, self._look(), arrays, chosen, out, beside)

    def _of_styles(self, pane: MapPane) -> ReplayRecipe:
        """The recipe for the grid of Style transfer, as exported by its panel."""
        if pane.bundle is None or (reason := STYLE_TRANSFER.lacks(pane.bundle)):
            raise UserError(f"there is no grid of styles: {reason}" if pane.bundle else "no model is open")
        saved, arrays = saved_map(pane)
        return recipe("style", saved, self._look(), arrays, {}, named_file(saved, "style", ".png"))


def _beside(source: "ExportSource") -> Beside | None:
    """The map that this one is linked with."""
    link = source.link
    if link is None:
        return None
    other, _ = saved_map(link.pane(1 - source.side))
    return Beside(other, link.alignment.state, source.side)


def _refuse_what_a_window_alone_draws(saved: SavedMap, look: SavedLook) -> None:
    if alone := list(drawn_by_a_window_alone(saved, look)):
        raise UserError(
            f"it would draw the map without {' and '.join(alone)}; export the map as a file, or show it without them"
        )


def _long(what: What) -> str:
    """The parts that make a command long, as text."""
    return "the anchors" if what == "filmstrip" else "the selection"


def _options(
    what: What, choices: "Choices", sizes: tuple[int, ...], heeds: tuple[str, ...]
) -> Iterator[tuple[str, Value]]:
    """The choices of the dialog as options, without the command's defaults."""
    if what == "map":
        yield "zoom", choices.zoom
        if choices.both and "both" in heeds:
            yield "both", True
        if not choices.legend:
            yield "no_legend", True
        return
    if what == "grid":
        yield "columns", sizes[1]
        yield "rows", sizes[0]
    usual = {"scale": 1, "gap": 0, "per_row": 0, "ping_pong": False, "pairs": "above"}
    for name, plain in usual.items():
        if name in heeds and getattr(choices, name) != plain:
            yield name, getattr(choices, name)
    if "style" in heeds and choices.style == "smooth":
        yield "smooth", True
    if "seconds" in heeds:
        yield "seconds", choices.seconds
    if "loop" in heeds and not choices.loop:
        yield "once", True
    if "lossless" in heeds and not choices.lossless:
        yield "lossy", True


_OF_THE_DIALOG = {
    "zoom", "both", "no_legend", "columns", "rows",
    "scale", "gap", "per_row", "ping_pong", "pairs", "smooth", "seconds", "once", "lossy",
}  # fmt: skip


def _choices_of(found: ReplayRecipe) -> dict[str, Value]:
    return {name: value for name, value in found.options.items() if name in _OF_THE_DIALOG}
