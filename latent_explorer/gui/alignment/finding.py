"""Finding anchors automatically or in a file, and reading and writing files of anchors and translators."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.alignment.anchors import CHOICES, TEST, Anchors, read_anchors, write_anchors
from latent_explorer.alignment.pair import Pair, Side, Way
from latent_explorer.alignment.saving import FittedBetween, SavedTranslator, load_translator, save_translator
from latent_explorer.alignment.translator import Translator
from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import ask_path, open_chooser
from latent_explorer.session import OpenBundle
from latent_explorer.session.alignment import Anchor

_ENOUGH = 100  # test images that suffice without others
_PAIRS = "Anchors (*.csv *.json *.npy)"
_TRANSLATOR, _ENDING, _BACK = "Translators (*.safetensors)", ".safetensors", "-back"


@dataclass(frozen=True)
class _Found:
    """The result for a link. wrong: the error."""

    link: Link
    anchors: tuple[Anchor, ...] = ()
    wrong: str = ""


class AnchorFinder(QObject):
    """Finds anchors in a thread and adds them; reads and writes files chosen by the user.

    window: the parent of file dialogs. say: reports results. complain: reports errors.
    """

    def __init__(self, window: QWidget, say: Callable[[str], None], complain: Callable[[str], None]) -> None:
        super().__init__()
        self._window, self._say, self._complain = window, say, complain
        self._task = LatestTask("anchor finder")
        self._task.done.connect(self._take)

    def close(self) -> None:
        self._task.close(5)

    def add(self, link: Link, way: str, count: int) -> None:
        """Add `count` anchors found in a way of `CHOICES`."""
        before, pair = link.alignment.state.anchors, _pair(link)
        self._begin(link, lambda: _chosen(pair.ways[0], way, count, before))

    def ask_for_pairs(self, link: Link) -> None:
        """Ask for a file of anchors and add them."""
        ask_path(self._window, "Add anchors from a file", "", lambda chosen: self.read(link, Path(chosen)), _PAIRS)

    def read(self, link: Link, path: Path) -> None:
        """Add the anchors in a file."""
        pair = _pair(link)
        self._begin(link, lambda: _tuples(read_anchors(pair, path)))

    def ask_where_to_write(self, link: Link) -> None:
        """Ask for a file and write the anchors to it."""
        self._ask_where("Export anchors", "anchors.csv", _PAIRS, "csv", partial(self.write, link))

    def write(self, link: Link, path: Path) -> None:
        """Write the anchors to a file."""
        pairs = np.array(link.alignment.state.anchors, np.int64).reshape(-1, 2)
        self._try(lambda: write_anchors(path, pairs, overwrite=True), f"Wrote {len(pairs):,} anchors to {path.name}")

    def ask_where_to_save(self, link: Link) -> None:
        """Ask for a file and save the translator to it."""
        source, target = link.bundles
        name = f"{source.name} to {target.name}{_ENDING}"
        self._ask_where("Save translator", name, _TRANSLATOR, _ENDING[1:], partial(self.save, link))

    def save(self, link: Link, path: Path) -> None:
        """Save the translator from left to right in a file, and the reverse one in a second file beside it."""
        fit, kind = link.fit, link.alignment.state.translator
        if fit is None:
            self._complain("There is no translator to save.")
            return
        ends = link.bundles

        def save() -> None:
            for each, translator, file in ((ends, fit.forth, path), (ends[::-1], fit.back, _back(path))):
                about = _about(kind, (each[0], each[1]), len(fit.anchors) + len(fit.grown))
                save_translator(file, SavedTranslator(translator, about), overwrite=True)

        self._try(save, f"Saved {path.name}, and the way back as {_back(path).name}")

    def ask_for_translator(self, link: Link) -> None:
        """Ask for the file of a translator and use it."""
        ask_path(self._window, "Load translator", "", lambda chosen: self.load(link, Path(chosen)), _TRANSLATOR)

    def load(self, link: Link, path: Path) -> None:
        """Use the translators saved in a file and in the second file beside it."""

        def load() -> None:
            ends = link.bundles
            forth, back = _loaded(path, ends[0], ends[1]), _loaded(_back(path), ends[1], ends[0])
            link.use(forth, back, f"Loaded from {path.name}; it is used until the anchors or the kind change.")

        self._try(load, f"Loaded {path.name}")

    # -- helpers

    def _begin(self, link: Link, find: Callable[[], tuple[Anchor, ...]]) -> None:
        def make(_: Callable[[], None]) -> _Found:
            try:
                return _Found(link, find())
            except UserError as error:
                return _Found(link, wrong=str(error))

        self._task.begin(make)

    def _take(self, found: _Found) -> None:
        if found.wrong:
            self._complain(found.wrong)
            return
        before = found.link.alignment.state.anchors
        more = list(_free(before, found.anchors))
        if not more:
            self._complain(f"All {len(found.anchors):,} of these pairs have an image that has an anchor already.")
            return
        try:
            found.link.alignment.replace((*before, *more))
        except UserError as error:
            self._complain(str(error))
            return
        left = len(found.anchors) - len(more)
        rest = f"; {left:,} more have an image that has an anchor already" if left else ""
        self._say(f"Added {len(more):,} {'anchor' if len(more) == 1 else 'anchors'}{rest}.")

    def _try(self, do: Callable[[], object], words: str) -> None:
        try:
            do()
        except UserError as error:
            self._complain(str(error))
        else:
            self._say(words)

    def _ask_where(self, title: str, name: str, kinds: str, ending: str, do: Callable[[Path], None]) -> None:
        chooser = QFileDialog(self._window, title, str(Path.home() / name), kinds)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(ending)
        open_chooser(chooser, lambda chosen: do(Path(chosen)))


def random_anchors(link: Link, count: int) -> tuple[Anchor, ...]:
    """`count` training images of both models, balanced over classes, reproducible; fewer if necessary.

    Raises UserError if there are none.
    """
    return _chosen(_pair(link).ways[0], "random", count, ())


def _pair(link: Link) -> Pair:
    source, target = (Side(bundle.folder, bundle.config, bundle.latents) for bundle in link.bundles)
    return Pair.of(source, target)


def _chosen(way: Way, how: str, count: int, before: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """Up to `count` further anchors."""
    there = np.flatnonzero((way.counterparts >= 0) & (way.here.latents.split != TEST))
    known = int(np.count_nonzero(way.there.latents.split[way.counterparts[there]] != TEST))
    if known <= len(before):
        raise UserError(
            f"{way.here.name} and {way.there.name} have {known:,} training images in common, and {len(before):,} "
            "anchors are there already: make more by hand, or delete some"
        )
    found = CHOICES[how][0](way, min(count + len(before), known), len(before))
    return tuple(_free(before, _tuples(found)))[:count]


def _tuples(anchors: Anchors) -> tuple[Anchor, ...]:
    return tuple(zip(anchors.source.tolist(), anchors.target.tolist(), strict=True))


def _free(before: Iterable[Anchor], found: Iterable[Anchor]) -> Iterable[Anchor]:
    """The found anchors without images of earlier ones."""
    sources, targets = ({anchor[side] for anchor in before} for side in (0, 1))
    return (each for each in found if each[0] not in sources and each[1] not in targets)


def _back(path: Path) -> Path:
    """The file of the reverse translator."""
    return path.with_name(f"{path.stem}{_BACK}{path.suffix}")


def _about(kind: str, ends: tuple[OpenBundle, OpenBundle], anchors: int) -> FittedBetween:
    source, target = ends
    dimensions = source.latents.mean.shape[1], target.latents.mean.shape[1]
    names = source.config.name, target.config.name
    return FittedBetween(kind, names, (source.seal, target.seal), dimensions, anchors)


def _loaded(path: Path, source: OpenBundle, target: OpenBundle) -> Translator:
    saved = load_translator(path)
    try:
        saved.about.check(source.seal, target.seal)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    return saved.translator


def held_out(link: Link) -> NDArray[np.int64]:
    """Pairs (k, 2) of the same images that are not anchors, preferably outside the training images."""
    source, target = link.bundles
    here = np.flatnonzero(link.counterparts >= 0)
    pairs: NDArray[np.int64] = np.stack([here, link.counterparts[here]], 1)
    tested = (source.latents.split[pairs[:, 0]] == TEST) & (target.latents.split[pairs[:, 1]] == TEST)
    pairs = pairs[tested] if np.count_nonzero(tested) >= _ENOUGH else pairs
    return pairs[~np.isin(pairs[:, 0], [anchor[0] for anchor in link.alignment.state.anchors])]
