"""The command `align`: how well each of several bundles reads the latents of another."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option
from typer.core import TyperCommand

from latent_explorer.cli.failure import complain
from latent_explorer.cli.options import AsJson, Overwrite, examples, refuse_taken
from latent_explorer.cli.output import Display, cell, print_json, print_table
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle

commands = typer.Typer()
_TRANSLATED = (
    (" C", "closure"), (" stitched", "stitched_mse"), (" naive", "naive_mse"), (" own", "own_mse"), (" MRR", "mrr"),
    (" accuracy", "zero_shot_accuracy"), (" own", "own_accuracy"), (" s", "seconds"),
)  # fmt: skip
_ALIKE = (
    (" linear CKA", "cka_linear"), (" RBF CKA", "cka_rbf"), (" SVCCA", "svcca"),
    (" neighbours in both", "neighbour_overlap"),
)  # fmt: skip


Count = Annotated[
    int | None, Option("--anchors", min=1, metavar="N", help="Images known in both. Default: 300, or all of a file.")
]


class RelativeMeasure(StrEnum):
    """How a latent is related to an anchor."""

    cosine = "cosine"
    euclidean = "euclidean"


Kind = Annotated[
    str | None,
    Option(
        "--translator",
        metavar="KIND",
        help="One of those below. Default: affine; with --bootstrap or --blind kernel, with --relative relative.",
    ),
]
Choose = Annotated[str, Option(metavar="HOW|FILE", help="How anchors are chosen; listed below.")]
Seeds = Annotated[int, Option(min=1, max=100, help="Number of choices of anchors.")]
Bootstrap = Annotated[
    bool, Option("--bootstrap", help="Grow the anchors by mutual nearest neighbours among shuffled training images.")
]
Blind = Annotated[bool, Option("--blind", help="Find pairs without any anchors, from the shapes of the two clouds.")]
Disjoint = Annotated[
    bool, Option("--disjoint", help="With --bootstrap or --blind: use different images in each bundle.")
]
Relative = Annotated[
    bool, Option("--relative", help="Rank images by coordinates relative to the anchors, and translate by them.")
]
ByMeasure = Annotated[
    RelativeMeasure | None, Option("--measure", help="With --relative: cosines to the anchors (usual), or distances.")
]
Save = Annotated[Path | None, Option(metavar="FILE", help="Save the first translator from A to B (.safetensors).")]
Picture = Annotated[Path | None, Option(metavar="PICTURE", help="Draw the matrix as a picture (.png).")]


class AlignCommand(TyperCommand):
    """A command with the option --translator, whose help lists the available kinds."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the kinds of translator and the ways to choose anchors."""
        from latent_explorer.alignment.anchors import CHOICES
        from latent_explorer.alignment.registry import TRANSLATORS

        super().format_options(ctx, formatter)
        with formatter.section("Translators"):
            formatter.write_dl([(kind.name, kind.sentence) for kind in TRANSLATORS.values()])
        with formatter.section("Choices of anchors"):
            of_file = "image numbers, or pairs source,target of them; .npy, .csv or .json"
            formatter.write_dl([*((name, f"{words}.") for name, (_, words) in CHOICES.items()), ("FILE", of_file)])


@commands.command(
    cls=AlignCommand,
    epilog=examples(
        "latent-explorer align mnist-ae-16d mnist-ae-16d-b --anchors 300 --translator affine --json",
        "latent-explorer align mnist-ae-16d mnist-ae-16d-b mnist-vae-16d --translator kernel --out matrix.png",
        "latent-explorer align mnist-ae-16d mnist-ae-16d-b --anchors 10 --bootstrap --disjoint",
        "latent-explorer align mnist-ae-16d mnist-ae-16d-b --blind --seeds 5",
        "latent-explorer align mine theirs --choose pairs.csv --save mine-to-theirs.safetensors",
    ),
)
def align(
    bundles: Annotated[list[str], Argument(metavar="A B [C ...]", help="Bundles, by name or folder.")],
    anchors: Count = None,
    translator: Kind = None,
    choose: Choose = "random",
    seeds: Seeds = 3,
    bootstrap: Bootstrap = False,
    blind: Blind = False,
    disjoint: Disjoint = False,
    relative: Relative = False,
    measure: ByMeasure = None,
    save: Save = None,
    out: Picture = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well one bundle reads another's latents.

    For each ordered pair, translators are fitted on anchors, images that both have encoded, and measured over the test
    split. C is the closure, (naive - stitched) / (naive - own), of mean squared errors on pixels in 0..1: of the
    target's decoder on translated latents (stitched), on the source's latents padded with zeros or truncated (naive),
    and on its own. MRR: the mean reciprocal rank of the true image, by its latent or, in two dimensions, by its
    picture. accuracy: of a classifier trained on the target's latents, on translated ones. CKA, SVCCA and the overlap
    of the 10 nearest neighbours compare the two spaces without a translator.
    """
    from latent_explorer.alignment.comparing import Asked

    refuse_taken([path for path in (save, out) if path is not None], overwrite)
    if out is not None and out.suffix.lower() != ".png":
        raise UserError(f"--out {out}: expected a name that ends in .png")
    if measure and not relative:
        raise UserError("--measure says how images are related to anchors: give --relative with it")
    by: Literal["cosine", "euclidean"] | None = None
    if relative:
        by = "euclidean" if measure is RelativeMeasure.euclidean else "cosine"
    translator = translator or _usual(bootstrap or blind, by)
    if blind and (relative or anchors is not None):
        raise UserError(f"--blind has no anchors: leave out --{'relative' if relative else 'anchors'}")
    asked = Asked(translator, anchors, choose, seeds, _growth(bootstrap, blind, disjoint), disjoint, by)
    folders = [find_bundle(each) for each in bundles]
    found = _measured(folders, asked)
    kind = " ".join(filter(None, (asked.growth, translator)))
    _keep(found, kind, save, out, overwrite)
    if as_json:
        print_json(
            {
                "translator": translator,
                "choose": choose,
                "growth": asked.growth,
                "pairs": [_report(each) for each in found],
            }
        )
    else:
        _print(found, kind)


def _usual(growing: bool, measure: str | None) -> str:
    """The default kind of translator."""
    if measure:
        return "relative" if measure == RelativeMeasure.cosine else "relative-euclidean"
    return "kernel" if growing else "affine"


def _measured(folders: list[Path], asked: Any) -> list[Any]:
    """Each direction with its results and notes."""
    from latent_explorer.alignment.comparing import Compared, compare

    found = []
    with Display() as display:
        for each in compare(folders, asked):
            if isinstance(each, Compared):
                found.append(each)
            else:
                display.show(each.words, each.done, each.total)
    for note in dict.fromkeys(note for each in found for note in each.notes):
        complain(note)
    return found


def _growth(bootstrap: bool, blind: bool, disjoint: bool) -> Literal["", "bootstrapped", "blind"]:
    if bootstrap and blind:
        raise UserError("--bootstrap grows anchors and --blind has none: leave one of them out")
    if disjoint and not (bootstrap or blind):
        raise UserError("--disjoint says where pairs are looked for: give --bootstrap or --blind with it")
    return "bootstrapped" if bootstrap else "blind" if blind else ""


def _report(way: Any) -> dict[str, object]:
    """The figures of one ordered pair, as means over the runs."""
    return {
        "source": way.source.name,
        "target": way.target.name,
        "anchors": way.anchors,
        "test_images": way.images,
        **way.figures,
        "spread": way.spread,
        "trusted": list(way.trusted),
        "runs": [vars(run) for run in way.runs],
        "notes": list(way.notes),
    }


def _keep(found: list[Any], kind: str, save: Path | None, out: Path | None, overwrite: bool) -> None:
    from latent_explorer.alignment.matrix import draw_matrix
    from latent_explorer.alignment.saving import FittedBetween, SavedTranslator, save_translator

    if save is not None:
        way = found[0]
        if way.first is None:
            raise UserError("--save: no translator was fitted, since no pairs were found")
        about = FittedBetween(
            way.first.kind,
            (way.source.name, way.target.name),
            (way.source.config.seal, way.target.config.seal),
            (way.source.mean.shape[1], way.target.mean.shape[1]),
            way.anchors,
        )
        save_translator(save, SavedTranslator(way.first.translator, about), overwrite=overwrite)
    if out is not None:
        draw_matrix(found, kind, out, overwrite=overwrite)


def _print(found: list[Any], kind: str) -> None:
    """Print the names, a row per direction, a row per pair of spaces, and for more than two the matrix of closures."""
    names = list(dict.fromkeys(name for way in found for name in (way.source.name, way.target.name)))
    number = {name: str(place) for place, name in enumerate(names, 1)}
    first, several = found[0], len(found[0].runs) > 1
    runs = f"mean of {len(first.runs)} choices of {first.anchors:,}" if several else f"{first.anchors:,}"
    title = f"{kind}, {runs} anchors, over {first.images:,} images"
    rows = [(f"{number[way.source.name]} to {number[way.target.name]}", *_cells(way, _TRANSLATED)) for way in found]
    if len(names) > 2:
        closures = {(way.source.name, way.target.name): way.figures["closure"] for way in found}
        matrix = [[number[a], a, *(cell(closures.get((a, b)), 3) if a != b else "" for b in names)] for a in names]
        print_table(("", "closure from the row to the column", *(f" {number[name]}" for name in names)), matrix)
    else:
        print_table(("", "model"), [[number[name], name] for name in names])
    print_table(("", *(heading for heading, _ in _TRANSLATED)), rows, title=title)
    both = {frozenset((way.source.name, way.target.name)): way for way in reversed(found)}
    alike = [
        (f"{number[way.source.name]} and {number[way.target.name]}", *_cells(way, _ALIKE))
        for way in reversed(both.values())
    ]
    print_table(("the spaces as they are", *(heading for heading, _ in _ALIKE)), alike)


def _cells(way: Any, columns: tuple[tuple[str, str], ...]) -> list[str]:
    figures, spread = way.figures, way.spread
    varying = ("closure", "mrr")
    return [_cell(figures[name], spread.get(name) if name in varying else None) for _, name in columns]


def _cell(value: float | None, spread: float | None) -> str:
    if spread is None or value is None:
        return cell(value, 3)
    return f"{value:.3f} ±{spread:.3f}"
