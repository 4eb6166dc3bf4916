"""The commands that drive the window, or measure it: `tour` and `bench`."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from latent_explorer.cli.options import AsJson, examples
from latent_explorer.cli.output import figure, print_json, print_table
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle, shipped_bundles
from latent_explorer.waiting import wait_awake

_GRID_MODEL = _STREAM_MODEL = "mnist-ae-2d"
_ONE_LINE = 7  # figures

Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME_OR_PATH", help="A shipped bundle or the folder of one; else a usual one."),
]


class Budget(StrEnum):
    """What can be measured."""

    HOVER = "hover"
    STARTUP = "startup"
    GRID = "grid"
    FRAMES = "frames"
    DECODE = "decode"
    POINTS = "points"
    TRAIN = "train"
    STREAM = "stream"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog=examples("latent-explorer tour --out pictures"))(tour)
    app.command(epilog=examples("latent-explorer bench grid", "latent-explorer bench hover --json"))(bench)


def tour(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the pictures.", show_default=False)],
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Drive the window and keep pictures of it.

    By mouse and keys, through all it can do. Writes numbered screenshots, a GIF and a JSON of what was seen. Without
    a display, the window is drawn offscreen.
    """
    from latent_explorer.bench.measure import use_a_display

    use_a_display()
    from latent_explorer.bench.tour import tour as drive

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: expected a folder that can be written: {error.strerror}") from error
    seen = drive(out, model)
    if as_json:
        print_json(json.loads(json.dumps(seen, default=str)))
    else:
        print(f"The pictures are in {out.resolve()}")


def bench(
    what: Annotated[Budget, typer.Argument(help="What to measure.")],
    model: Model = None,
    seconds: Annotated[float, typer.Option(min=1, help="With frames: how long each of its six scenes takes.")] = 60,
    images: Annotated[int, typer.Option(min=100, help="With stream: how many images are encoded.")] = 5_000_000,
    beside: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With startup: a checkout of another state of the program, launched in turn."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure what should be quick.

    Most in milliseconds, each beside a plain way of doing the same.

    \b
    hover    from a mouse move to the painted picture, in the window
    startup  from launch to the first paint, and to the first exact picture under the pointer
    grid     180 x 180 pictures decoded on one thread
    frames   frames that come late while a scripted hand pans, zooms and hovers
    decode   pictures a second, as a share of the rate of matrix products
    points   70 thousand, 1 and 10 million points drawn and picked
    train    ten epochs of an autoencoder of MNIST, and images a second beside a plain loop's in the same minutes;
             on CUDA also thirty epochs of the VAE that train makes by default
    stream   images a second and memory, encoding 5 million from disk (4 GB, for minutes) with a kill in between
    """
    if what in (Budget.TRAIN, Budget.STREAM):
        rates = _training_rates() if what is Budget.TRAIN else _streaming_rates(model, images)
        _print_rates(what, rates, as_json)
        return
    measured = _measured(what, model, seconds, beside)
    if as_json:
        print_json(measured)
        return
    names = _scalars(next(iter(measured.values())))
    if len(names) <= _ONE_LINE:
        columns = ("measure", *(f" {name.replace('_', ' ')}" for name in names))
        print_table(columns, ([name, *map(_cell, values.values())] for name, values in measured.items()))
        return
    for name, values in measured.items():
        print_table(("", f" {name}"), ([key.replace("_", " "), _cell(values[key])] for key in _scalars(values)))


def _training_rates() -> Mapping[str, float | None]:
    wait_awake()  # as the command that trains does
    from latent_explorer.bench.train_bench import measure_training

    return measure_training()


def _streaming_rates(model: str | None, images: int) -> Mapping[str, float | None]:
    from latent_explorer.bench.stream_bench import measure_stream

    return measure_stream(find_bundle(model or _STREAM_MODEL), images)


def _print_rates(what: Budget, measured: Mapping[str, float | None], as_json: bool) -> None:
    if as_json:
        print_json(measured)
    else:
        print_table(("", f" {what}"), ([name.replace("_", " "), figure(value)] for name, value in measured.items()))


def _scalars(values: Mapping[str, Any]) -> list[str]:
    return [key for key, value in values.items() if not isinstance(value, Mapping)]


def _measured(what: Budget, model: str | None, seconds: float, beside: Path | None) -> Mapping[str, dict[str, Any]]:
    from latent_explorer.bench.measure import use_a_display

    use_a_display()
    found: Mapping[str, Any]
    match what:
        case Budget.FRAMES:
            from latent_explorer.bench.frames_bench import measure_frames

            return measure_frames(model, seconds)
        case Budget.DECODE:
            from latent_explorer.bench.decode_bench import measure_decode

            return measure_decode([find_bundle(model)] if model else shipped_bundles())
        case Budget.HOVER:
            from latent_explorer.bench.hover_bench import measure_hover

            found = measure_hover(model)
        case Budget.STARTUP:
            from latent_explorer.bench.startup_bench import measure_startup

            found = measure_startup(model, beside)
        case Budget.GRID:
            from latent_explorer.bench.grid_bench import measure_grid

            found = measure_grid(find_bundle(model or _GRID_MODEL))
        case Budget.POINTS:
            from latent_explorer.bench.points_bench import measure_points

            found = measure_points()
    return {name: measure.as_json() for name, measure in found.items()}


def _cell(value: str | float | None) -> str:
    return value if isinstance(value, str) else figure(value)
