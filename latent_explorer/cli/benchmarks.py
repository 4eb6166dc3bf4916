"""The commands that drive the window, or measure it: `tour` and `bench`."""

import json
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli.options import AsJson, examples, make_folder
from latent_explorer.cli.output import cell, print_json, print_table, report
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle, shipped_bundles
from latent_explorer.waiting import wait_awake

commands = typer.Typer()
_USUAL = "mnist-ae-2d"
_GRIDS = ("mnist-vae-2d", "mnist-ae-2d")  # the model of the initial map, and one made to be fast
_PATHS = ("mnist-vae-2d", "mnist-vae-16d", "mnist-ae-16d")
_ONE_LINE = 11  # figures

Model = Annotated[
    str | None,
    Option(
        "--model",
        metavar="NAME_OR_PATH",
        help="Name of a shipped bundle, or the folder of a bundle. Default: depends on what is measured.",
    ),
]


class Budget(StrEnum):
    """The available measurements."""

    HOVER = "hover"
    STARTUP = "startup"
    GRID = "grid"
    FRAMES = "frames"
    DECODE = "decode"
    POINTS = "points"
    TRAIN = "train"
    STREAM = "stream"
    CHART = "chart"
    IMPORT = "import"
    ALIGN = "align"
    PATHS = "paths"
    SKETCH = "sketch"
    STUDIES = "studies"
    CLASS = "class"


@commands.command(epilog=examples("latent-explorer tour --out pictures"))
def tour(
    out: Annotated[Path, Option(metavar="DIR", help="Folder for the pictures.", show_default=False)],
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Drive the window through its features and save screenshots.

    Uses mouse and keys. Writes numbered screenshots, a GIF and a JSON file of what was seen. Without a display, the
    window is drawn offscreen.
    """
    from latent_explorer.bench.measure import use_a_display

    use_a_display()
    from latent_explorer.bench.tour import tour as drive

    make_folder(out)
    seen = drive(out, model)
    report(json.loads(json.dumps(seen, default=str)), f"The pictures are in {out.resolve()}", as_json)


@commands.command(epilog=examples("latent-explorer bench grid", "latent-explorer bench hover --json"))
def bench(
    what: Annotated[Budget, Argument(help="What to measure.")],
    model: Model = None,
    seconds: Annotated[float, Option(min=1, help="frames: length of each of the seven scenes, in seconds.")] = 60,
    images: Annotated[int, Option(min=100, help="stream: number of images to encode.")] = 5_000_000,
    beside: Annotated[
        Path | None,
        Option(metavar="DIR", help="startup: a checkout of another version, launched alternately."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure speed, each figure with a baseline.

    Times are in milliseconds unless noted.

    \b
    hover    from a mouse move to the painted picture, in the window; compared with a plain program with Qt's own
             repaints, and with full repaints
    startup  from launch to the first paint, and to the first exact picture under the pointer
    grid     180 x 180 pictures decoded on one thread, by model
    frames   late frames while a scripted hand pans, zooms and hovers
    decode   pictures per second, relative to the rate of matrix products
    points   70 thousand, 1 and 10 million points drawn and picked
    import   a bundle, and its weights as ONNX: hover in the window, and the difference of their pictures
    train    ten epochs of an autoencoder and of a VAE of MNIST, compared with a competent loop (images indexed in
             memory, fused Adam, autocast) and one with a DataLoader; on CUDA also thirty epochs of the VAE of train
    chart    hover while t-SNE of 70,000 latents is fitted and its points move (minutes), compared with the same window
             at rest and openTSNE with its defaults
    align    two linked maps: from a moved anchor to the translated images redrawn, hover on both, and a translation
             without anchors; compared with scikit-learn in one process, and hover with one map
    paths    geodesics compared with straight lines and plain descent: length, evenness, leaving the data, time; paths
             within one class of mnist-ae-16d, judged by the dataset's classifier (a minute)
    sketch   from a move of the pen on the pad to the image encoded, decoded and painted; compared with an empty window
    class    a conditional model: from the key of another class to the first tile and to the whole view, decoded again;
             compared with as many pictures in plain torch
    studies  hover while few labels, anomalies and geodesics are computed, compared with the window at rest; from a
             label to its result, compared with logistic regression (a minute or two)
    stream   images per second and memory, encoding 5 million from disk (4 GB, for minutes) with a kill in between
    """
    measured = _measured(what, model, seconds, images, beside)
    if as_json:
        print_json(measured)
        return
    several = all(isinstance(values, Mapping) for values in measured.values())
    tables = measured if several else {what.value: measured}
    names = list(dict.fromkeys(name for values in tables.values() for name in _scalars(values)))
    if several and len(names) <= _ONE_LINE:
        columns = ("measure", *(f" {name.replace('_', ' ')}" for name in names))
        rows = ([title, *(cell(values.get(name)) for name in names)] for title, values in tables.items())
        print_table(columns, rows)
        return
    for title, values in tables.items():
        print_table(("", f" {title}"), ([name.replace("_", " "), cell(values[name])] for name in _scalars(values)))


def _scalars(values: Mapping[str, Any]) -> list[str]:
    return [key for key, value in values.items() if not isinstance(value, Mapping)]


def _measured(what: Budget, model: str | None, seconds: float, images: int, beside: Path | None) -> dict[str, Any]:
    from latent_explorer.bench.measure import use_a_display

    use_a_display()
    arguments: tuple[Any, ...] = ()
    match what:
        case Budget.HOVER | Budget.CHART | Budget.IMPORT | Budget.SKETCH | Budget.CLASS | Budget.STUDIES:
            arguments = (model,)
        case Budget.STARTUP:
            arguments = model, beside
        case Budget.GRID:
            arguments = ([find_bundle(name) for name in ([model] if model else _GRIDS)],)
        case Budget.FRAMES:
            arguments = model, seconds
        case Budget.DECODE:
            arguments = ([find_bundle(model)] if model else shipped_bundles(),)
        case Budget.ALIGN if model:
            raise UserError("bench align: its models are mnist-ae-16d and mnist-ae-16d-b; leave --model out")
        case Budget.PATHS if model:
            raise UserError(f"bench paths: its models are {', '.join(_PATHS)}; leave --model out")
        case Budget.PATHS:
            arguments = tuple(find_bundle(name) for name in _PATHS)
        case Budget.STREAM:
            arguments = find_bundle(model or _USUAL), images
        case Budget.TRAIN:
            wait_awake()  # like the command `train`
    module = import_module(f"latent_explorer.bench.{what}_bench")
    found = getattr(module, f"measure_{what}")(*arguments)
    return {name: each.as_json() if hasattr(each, "as_json") else each for name, each in found.items()}
