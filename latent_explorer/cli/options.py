"""Options that several commands share, and their parsing."""

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
Shapes = Annotated[bool, Option("--shapes", help="Give each class a shape of its own, beside its colour.")]
Gap = Annotated[int, Option("--gap", min=0, max=256, help="Pixels between pictures.")]
Device = Annotated[str, Option("--device", help="Device: auto, cpu, cuda or mps.")]

Width = Annotated[int, Option(min=64, max=8192, help="Size of the drawing, in pixels.")]
AsShown = Annotated[
    bool, Option("--as-shown", help="Draw the map as the window exports it: all options below count, axes are drawn.")
]
View = Annotated[
    str | None, Option(metavar="U,V,SCALE", help="Point in the middle, and pixels to the plane unit. Default: fitted.")
]
Region = Annotated[
    str | None, Option(metavar="L,B,R,T", help="Rectangle of the map to show all of, instead of --view.")
]
Theme = Annotated[str, Option(help="Colours of the map: dark or light.")]
Zoom = Annotated[float, Option(min=0.25, max=16, help="Pixels in the file per pixel of the window.")]
Layers = Annotated[
    str | None,
    Option(metavar="NAME[=OPACITY],...", help="Layers to draw, separated by commas: points,density=0.7,class-names."),
]
Slots = Annotated[str | None, Option(metavar="N,...", help="Place in the palette of each class.")]
PointSize = Annotated[int, Option(min=50, max=200, help="Size of the points, in percent of the usual.")]
PointColour = Annotated[str, Option(metavar="NAME", help="What colours the points: class, split, error or a field.")]
PictureSize = Annotated[float, Option(min=0, max=200, help="Side of a picture on the map in pixels; 0: automatic.")]
Hide = Annotated[str | None, Option(metavar="CLASS,...", help="Classes to hide, by number.")]
Pins = Annotated[list[str] | None, Option("--pin", metavar="NAME=X,Y[,...]", help="Pin; may be repeated.")]
Selected = Annotated[str | None, Option(metavar="N,N-N,...", help="Images that are selected, by number.")]
From = Annotated[str | None, Option("--from", metavar="X,Y[,...]", help="Latent at the start of a path.")]
To = Annotated[str | None, Option("--to", metavar="X,Y[,...]", help="Latent at the end of a path.")]
Frames = Annotated[int, Option(help="Number of frames, both ends included, 2 to 240.")]
Curve = Annotated[str, Option(metavar="CURVE", help="Curve from place to place: straight, geodesic, ...")]
Easing = Annotated[str, Option(help="Pace: steady, gentle, or even in decoded pixels.")]
EasingIfAny = Annotated[
    str | None,
    Option(
        "--easing",
        help="Pace: steady, gentle, or even in decoded pixels. Default: even where curves are compared or measured in "
        "pixels, else steady.",
    ),
]
Through = Annotated[
    list[str] | None,
    Option("--through", metavar="X,Y[,...]", help="Way point of the path; may be repeated, in their order."),
]
Compare = Annotated[
    str | None, Option("--compare", metavar="CURVE", help="A second curve through the same places, as a second row.")
]
Frame = Annotated[int, Option(min=0, help="Frame of the path that is marked, from 0.")]
PerRow = Annotated[int | None, Option(min=1, help="Pictures in each row of a strip. Default: all in one row.")]
Seconds = Annotated[float, Option(help="Seconds that a film shows each frame.")]
PingPong = Annotated[bool, Option("--ping-pong", help="Play the film forwards, then backwards.")]
Once = Annotated[bool, Option("--once", help="Play a GIF or WebP once instead of forever.")]
Lossy = Annotated[bool, Option("--lossy", help="Write a smaller, lossy WebP.")]
Beside = Annotated[
    str | None,
    Option(metavar="NAME_OR_PATH", help="Second row: what this model makes of the path, through a translator."),
]
BesideLabel = Annotated[str | None, Option(metavar="CLASS", help="Class that the model of the second row decodes.")]
Translator = Annotated[
    str, Option(metavar="KIND|FILE", help="Translator between the two: a kind (`align --help`), or a saved one.")
]
Anchors = Annotated[
    str,
    Option(
        metavar="N|N:N,...",
        help="Images of this model and of the other that are known to mean the same; or how many to draw.",
    ),
]
Bootstrap = Annotated[bool, Option("--bootstrap", help="Grow the anchors by mutual nearest neighbours first.")]
Blind = Annotated[bool, Option("--blind", help="Find pairs from the shapes of the two spaces, without anchors.")]
FromTarget = Annotated[
    bool, Option("--from-target", help="The path is of the link's target: in --anchors its images come second.")
]
PairsOfRows = Annotated[
    str, Option("--pairs", metavar="HOW", help="Second row: above (the first above it), beside, or alone for none.")
]
Both = Annotated[bool, Option("--both", help="Of a session: both maps side by side, as in the window (PNG).")]
OfSession = Annotated[str | None, Option("--of-session", hidden=True)]
NoLegend = Annotated[bool, Option("--no-legend", help="Do not name the classes in an SVG.")]


class ChartCommand(TyperCommand):
    """A command with the option --chart, whose help lists the charts."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the charts."""
        from latent_explorer.charts import CHARTS

        super().format_options(ctx, formatter)
        with formatter.section("Charts"):
            kinds = CHARTS.values()
            formatter.write_dl([(kind.name, f"{kind.sentence} {_parameters(kind)}".strip()) for kind in kinds])


class CurveCommand(TyperCommand):
    """A command with the options --curve and --easing, whose help lists the curves and paces."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the curves and the paces."""
        from latent_explorer.paths import CURVES, EASINGS

        super().format_options(ctx, formatter)
        for title, known in (("Curves", CURVES), ("Paces (--easing)", EASINGS)):
            with formatter.section(title):
                formatter.write_dl([(name, each.sentence) for name, each in known.items()])


class DatasetCommand(TyperCommand):
    """A command that takes a dataset, whose help lists the forms of datasets."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the forms of datasets."""
        from latent_explorer.data.opening import FORMS

        super().format_options(ctx, formatter)
        with formatter.section("Datasets"):
            formatter.write_dl(list(FORMS))


def _parameters(kind: Any) -> str:
    """A description of a ChartKind's parameters."""
    return " ".join(f"{each.name}: {each.sentence}{_usual(each.default)}." for each in kind.parameters)


def _usual(default: Any) -> str:
    from latent_explorer.charts.kind import text_of

    return f" ({text_of(default)})" if text_of(default) else ""


def examples(*lines: str) -> str:
    """The examples below a command's help, with their line breaks kept."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])


def numbers(text: str, option: str) -> list[float]:
    """Parse finite numbers such as `-1.5,2`. Raises a UserError that names the option."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = [math.nan]
    if not all(map(math.isfinite, values)):
        raise UserError(f"{option} {text}: expected finite numbers separated by commas, as in {option} -1.5,2")
    return values


def widths(text: str, option: str) -> tuple[int, ...]:
    """Parse positive integers such as `512,256`. Raises a UserError that names the option."""
    values = numbers(text, option)
    if not all(value.is_integer() and value >= 1 for value in values):
        raise UserError(f"{option} {text}: expected positive whole numbers separated by commas, as in {option} 512,256")
    return tuple(map(int, values))


def refuse_taken(paths: list[Path], overwrite: bool) -> None:
    """Raise UserError if a file cannot be written, or exists and may not be replaced: before long work begins."""
    taken = [path for path in paths if check_target(path).exists()]
    if taken and not overwrite:
        raise UserError(f"{shown(taken[0])} already exists; choose another name, or pass --overwrite to replace it")


def make_folder(folder: Path) -> None:
    """Create the folder of --out if it is missing. Raises UserError."""
    check_target(folder, folder=True, parents=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {shown(folder)} cannot be made: {why(error)}") from error
