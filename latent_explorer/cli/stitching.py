"""The second row of a filmstrip: latents translated to another model's space and decoded there."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_explorer.cli.failure import complain
from latent_explorer.cli.opened import OpenModel, open_model
from latent_explorer.errors import UserError
from latent_explorer.targets import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAIRS = "above", "beside", "alone"


@dataclass(frozen=True)
class Stitch:
    """The options of a second row. beside: the other model; None for no second row.

    label: the class that it decodes. translator: its kind, or a file with one. anchors: pairs, or their number. growth:
    as in `AlignmentState`. from_target: whether the first row's model is the target of the link, so that its anchors
    come second. pairs: the position of the second row.
    """

    beside: str | None
    label: str | None
    translator: str
    anchors: str
    growth: str
    from_target: bool
    pairs: str

    def check(self) -> None:
        """Raise UserError if the row is impossible, before anything is decoded."""
        if self.pairs not in PAIRS:
            raise UserError(f"--pairs {self.pairs}: expected one of {', '.join(PAIRS)}")
        needless = self.growth == "blind" or self.file is not None
        if self.beside is not None and not self.anchors and not needless:
            raise UserError("--beside: the translator needs --anchors, as in --anchors 3:3,10:12; or add --blind")
        if self.file is not None and (self.anchors or self.growth):
            raise UserError(f"--translator {self.translator}: one from a file is fitted already; leave the anchors out")
        if self.beside is None and (self.anchors or self.growth):
            raise UserError("--anchors, --bootstrap and --blind go with --beside: name the other model")

    @property
    def file(self) -> Path | None:
        """The file of a saved translator, if any; see `latent-explorer align --save`."""
        return Path(self.translator) if self.translator.endswith(".safetensors") else None


@dataclass(frozen=True, eq=False)
class SecondRow:
    """A path in another model: its name, latents (n, d), pictures (n, h, w, c). means: a description of the method."""

    name: str
    latents: "NDArray[np.float32]"
    pictures: "NDArray[np.uint8]"
    means: dict[str, str]


def growth_of(bootstrap: bool, blind: bool) -> str:
    """Convert two flags to the `growth` of `AlignmentState`. Raises UserError if both are given."""
    if bootstrap and blind:
        raise UserError("--bootstrap, --blind: expected one of them: the one grows anchors, the other does without")
    return "bootstrapped" if bootstrap else "blind" if blind else ""


def stitched(opened: OpenModel, z: "NDArray[np.float32]", how: Stitch) -> "SecondRow | None":
    """Translate and decode the frames (n, d) of a path; None if there is no second row. Raises UserError."""
    from latent_explorer.export.provenance import coordinates_text

    if how.beside is None or how.pairs == "alone":
        return None
    other = open_model(how.beside, how.label)
    if not other.decodes:
        raise UserError(f"--beside {how.beside}: {other.name} has no decoder, so there is no second row")
    latents = _translator(opened.folder, other.folder, how).to(z)
    means = {"stitched_by": other.name, "translator": how.translator, "growth": how.growth, "anchors": how.anchors}
    return SecondRow(other.name, latents, other.decode(latents), {"stitched": coordinates_text(latents), **means})


def _translator(here: Path, there: Path, how: Stitch) -> Any:
    """The translator from one model to the other, fitted like the window's."""
    from latent_explorer.alignment.fit_both import Fitter
    from latent_explorer.alignment.pair import Pair, read_side
    from latent_explorer.alignment.protocol import BothFitted, FitBoth, Fitting
    from latent_explorer.alignment.registry import translator_kind
    from latent_explorer.charts.neighbours import one_thread

    if how.file is not None:
        return _saved(how.file, here, there)
    kind = translator_kind(how.translator)
    pair = Pair.of(*(read_side(folder) for folder in ((there, here) if how.from_target else (here, there))))
    source, target = _anchors(pair, how.anchors)
    request = FitBoth(0, source=source, target=target, kind=kind.name, growth=how.growth, places=(False, False))  # type: ignore[arg-type] # one of the words
    shown = -1
    with one_thread():
        for reply in Fitter(pair).fit(request):
            if isinstance(reply, Fitting) and int(reply.share * 10) > shown:
                shown = int(reply.share * 10)
                complain(f"{reply.words}: {shown * 10} %")
            if isinstance(reply, BothFitted):
                if reply.note:
                    complain(reply.note)
                return kind.restore(reply.back if how.from_target else reply.forth)
    raise UserError("no translator was fitted")


def _saved(file: Path, here: Path, there: Path) -> Any:
    """Read a translator from a file. Raises UserError if it belongs to other models."""
    from latent_explorer.alignment.saving import load_translator
    from latent_explorer.bundles import read_config

    saved = load_translator(file)
    try:
        saved.about.check(read_config(here).seal, read_config(there).seal)
    except UserError as error:
        raise UserError(f"--translator {shown(file)}: {error}") from error
    return saved.translator


def _anchors(pair: Any, text: str) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    import numpy as np

    from latent_explorer.alignment.anchors import choose_random
    from latent_explorer.session.recipes import anchors_of_text

    if text.isdecimal() and len(text) < 9:
        chosen = choose_random(pair.ways[0], int(text), 0)
        return chosen.source, chosen.target
    found = anchors_of_text(text, (len(pair.source), len(pair.target))) if text else ()
    anchors = np.array(found, np.int64).reshape(-1, 2)
    return anchors[:, 0].copy(), anchors[:, 1].copy()
