"""Options that several commands have, and what is written in them."""

import math
from pathlib import Path
from typing import Annotated, Any

from typer import Option
from typer.core import TyperCommand

from latent_explorer.errors import UserError
from latent_explorer.targets import check_target, shown, why

DEFAULT_MODEL = "mnist-vae-2d"

Model = Annotated[
    str, Option("--model", metavar="NAME_OR_PATH", help="Name of a shipped bundle, or the folder of a bundle.")
]
Label = Annotated[
    str | None, Option("--label", metavar="CLASS", help="Class to decode, by number or name (conditional models).")
]
Out = Annotated[Path, Option("--out", metavar="FILE", help="File to write.", show_default=False)]
Overwrite = Annotated[bool, Option("--overwrite", help="Replace existing files.")]
Download = Annotated[bool, Option("--download", help="Download the dataset if it is not on this computer.")]
AsJson = Annotated[bool, Option("--json", help="Print one JSON object to standard output.")]
Scale = Annotated[int, Option("--scale", min=1, max=64, help="Enlarge each pixel to N x N.")]
Smooth = Annotated[bool, Option("--smooth", help="Interpolate when scaling.")]
Chart = Annotated[
    str | None,
    Option("--chart", metavar="KIND[:NAME=VALUE,...]", help="Chart to use; listed below."),
]
Palette = Annotated[
    str, Option("--palette", metavar="NAME", help="Colours of the classes: usual, okabe-ito, tableau or greys.")
]
Gap = Annotated[int, Option("--gap", min=0, max=256, help="Pixels between pictures.")]
Device = Annotated[str, Option("--device", help="Device: auto, cpu, cuda or mps.")]


class ChartCommand(TyperCommand):
    """A command with the option --chart, whose help lists what there is."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the charts."""
        from latent_explorer.charts import CHARTS

        super().format_options(ctx, formatter)
        with formatter.section("Charts"):
            kinds = CHARTS.values()
            formatter.write_dl([(kind.name, f"{kind.sentence} {_parameters(kind)}".strip()) for kind in kinds])


class DatasetCommand(TyperCommand):
    """A command that takes a dataset, whose help lists what is read."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the forms of datasets."""
        from latent_explorer.data.opening import FORMS

        super().format_options(ctx, formatter)
        with formatter.section("Datasets"):
            formatter.write_dl(list(FORMS))


def _parameters(kind: Any) -> str:
    """What can be chosen of a ChartKind, in words."""
    return " ".join(f"{each.name}: {each.sentence}{_usual(each.default)}." for each in kind.parameters)


def _usual(default: Any) -> str:
    from latent_explorer.charts.kind import text_of

    return f" ({text_of(default)})" if text_of(default) else ""


def examples(*lines: str) -> str:
    """What stands below a command's help, kept in its lines."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])


def numbers(text: str, option: str) -> list[float]:
    """The finite numbers of a text like `-1.5,2`. Raises UserError that names the option."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = [math.nan]
    if not all(map(math.isfinite, values)):
        raise UserError(f"{option} {text}: expected finite numbers separated by commas, as in {option} -1.5,2")
    return values


def widths(text: str, option: str) -> tuple[int, ...]:
    """The positive integers of a text like `512,256`. Raises UserError that names the option."""
    values = numbers(text, option)
    if not all(value.is_integer() and value >= 1 for value in values):
        raise UserError(f"{option} {text}: expected positive whole numbers separated by commas, as in {option} 512,256")
    return tuple(map(int, values))


def refuse_taken(paths: list[Path], overwrite: bool) -> None:
    """Raise UserError where a file cannot be written, or is there and may not be replaced: before long work begins."""
    taken = [path for path in paths if check_target(path).exists()]
    if taken and not overwrite:
        raise UserError(f"{shown(taken[0])} already exists; choose another name, or pass --overwrite to replace it")


def make_folder(folder: Path) -> None:
    """Make the folder behind --out unless it is there. Raises UserError."""
    check_target(folder, folder=True, parents=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {shown(folder)} cannot be made: {why(error)}") from error
