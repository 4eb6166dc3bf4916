"""From a session's file back to bundles and states: where a bundle is now, and which parts of the session still fit."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from latent_explorer.bundles import read_config
from latent_explorer.charts import ChartSpec, checked
from latent_explorer.errors import UserError
from latent_explorer.places import shipped_bundles, trained_bundles
from latent_explorer.safe_text import safe_text
from latent_explorer.service.codec import path_to_text, text_to_path
from latent_explorer.session.opened import OpenBundle
from latent_explorer.session.saved import Arrays, SavedMap
from latent_explorer.session.session import Selection, State

_FILES = {"weights.safetensors": "weights", "latents.safetensors": "latents"}


@dataclass(frozen=True)
class FoundBundle:
    """Where the bundle of a saved map is. folder: None if it was not found. changed: what has changed, in words.

    name: safe to display.
    """

    name: str
    folder: Path | None
    changed: str = ""

    @property
    def trouble(self) -> str:
        """The problem and the remedy, in words; empty if nothing has changed."""
        if self.folder is None:
            return f"The model {self.name} of this session is not where it was."
        if self.changed:
            return f"{self.name} has changed since the session was saved ({self.changed})."
        return ""


def paths_of(folder: Path, file: Path | None) -> tuple[str, str]:
    """How a session names a bundle: by its path, and by the path relative to the session's file, if it has one."""
    absolute = folder.absolute()
    if file is None:
        return path_to_text(absolute), ""
    try:
        return path_to_text(absolute), path_to_text(os.path.relpath(absolute, file.absolute().parent))
    except ValueError:  # on another drive
        return path_to_text(absolute), ""


def find_map(saved: SavedMap, file: Path | None, others: Iterable[Path] = ()) -> FoundBundle:
    """The bundle of a saved map: found by its seal, else the first one at its old place, which has then changed.

    file: of the session. others: further folders to search, such as those opened last.
    """
    name, named = safe_text(saved.name), list(_places(saved, file, others))
    there = [folder for folder in dict.fromkeys((*named, *others)) if (folder / "config.json").is_file()]
    for folder in there:
        if not changes(saved, folder):
            return FoundBundle(name, folder)
    other = next((folder for folder in there if folder in named), None)
    return FoundBundle(name, other, "" if other is None else changes(saved, other))


def _places(saved: SavedMap, file: Path | None, others: Iterable[Path]) -> Iterator[Path]:
    """Its old places, relative to the session's file and on this disk, and bundles with its name."""
    for text, above in ((saved.beside, file and file.absolute().parent), (saved.path, Path())):
        try:
            if text and above is not None:
                yield Path(os.path.normpath(above / text_to_path(text)))
        except ValueError:
            continue  # no path of this system
    yield from (each for each in (*shipped_bundles(), *trained_bundles(), *others) if each.name == saved.name)


def changes(saved: SavedMap, folder: Path) -> str:
    """What has changed in a bundle since a map was saved, in words; empty if nothing has."""
    try:
        config = read_config(folder)
    except UserError:
        return "it cannot be read any more"
    if config.seal == saved.seal:
        return ""
    words = saved.seal.split(" ")
    before = dict(zip(words[::2], words[1::2], strict=False))
    names = [words for name, words in _FILES.items() if before.get(name) != config.files.get(name)]
    return f"its {' and '.join(names) or 'configuration'}"


def state_for(saved: SavedMap, arrays: Arrays, bundle: OpenBundle) -> tuple[State, list[str]]:
    """The saved state of a bundle as far as it fits the present one; and what does not fit, in words."""
    lost: list[str] = []
    dimensions = bundle.config.net.latent_dim
    state = State(hidden=frozenset(label for label in saved.hidden if label < len(bundle.class_names)))
    if dimensions == saved.dimensions:
        chart = _chart(saved.chart, bundle, lost)
        state = State(saved.pins, saved.route, state.hidden, None, chart, saved.chosen, saved.own)
    elif saved.pins or saved.route or saved.chosen or saved.chart:
        lost.append(f"pins, path, chart and chosen place, which are of {saved.dimensions} dimensions")
    if len(state.hidden) < len(saved.hidden):
        lost.append("classes that were hidden and are not there")
    chosen = arrays.get(saved.selection) if saved.selection else None
    if chosen is not None and len(chosen) == len(bundle.latents):
        state = replace(state, selection=_selection(chosen))
    elif chosen is not None:
        lost.append(f"the selection, which is of {len(chosen):,} images")
    try:
        saved.labels.check(len(bundle.latents))
        state = replace(state, labels=saved.labels)
    except UserError as error:
        lost.append(str(error))
    if saved.label and saved.label >= bundle.config.net.classes:
        lost.append(f"the class {saved.label}, under which this model does not decode")
    else:
        state = replace(state, label=saved.label)
    style = saved.style.fitting(len(bundle.latents), bundle.config.net.classes)
    if style != saved.style:
        lost.append("the content or style chosen, an image or a class that this model has not")
    if dimensions != saved.dimensions and style.sides:
        lost.append("content and style, which are of other dimensions")
        style = msgspec.structs.replace(style, content=None, style=None)
    return replace(state, sets=saved.sets, style=style), lost


def _selection(chosen: np.ndarray) -> Selection | None:
    return Selection(chosen) if chosen.any() else None


def _chart(spec: ChartSpec | None, bundle: OpenBundle, lost: list[str]) -> ChartSpec | None:
    try:
        chosen = checked(spec or bundle.usual, bundle.latents.mean.shape[1])
        return None if chosen == bundle.usual else chosen
    except UserError as error:
        lost.append(f"the chart ({error})")
        return None
