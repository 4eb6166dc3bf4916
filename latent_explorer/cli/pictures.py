"""The commands that decode: `decode`, `grid`, `interpolate`."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from latent_explorer.cli import options
from latent_explorer.cli.filmstrips import along, drawn
from latent_explorer.cli.opened import open_model, seen_through
from latent_explorer.cli.output import report
from latent_explorer.cli.stitching import Stitch, growth_of
from latent_explorer.errors import UserError
from latent_explorer.targets import check_target

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "latent-explorer decode --model mnist-ae-2d --at -1.5,2 --out digit.png --scale 8",
        "latent-explorer decode --at 0,0 --at 1,1 --at 2,2 --out digit.png  # digit-1.png and so on",
    )
)
def decode(
    at: Annotated[
        list[str], Option(metavar="X,Y[,...]", help="Latent to decode; may be repeated.", show_default=False)
    ],
    out: options.Out,
    model: options.Model = options.DEFAULT_MODEL,
    label: options.Label = None,
    scale: options.Scale = 1,
    smooth: options.Smooth = False,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Decode places of latent space to PNG pictures.

    Several places give numbered files in the same folder.
    """
    import numpy as np

    from latent_explorer.export import Options, Provenance, find_format

    known, look = find_format("picture", out), Options(scale=scale, style="smooth" if smooth else "crisp")
    paths = _numbered(out, len(at))
    options.refuse_taken(paths, overwrite)
    opened = open_model(model, label)
    z = np.stack([opened.latent(text, "--at") for text in at])
    each_alone = (opened.decode(latent[None])[0] for latent in z)  # singly, like exports: batching changes bits
    for path, picture, latent in zip(paths, each_alone, z, strict=True):
        known.write(path, picture, look, provenance=Provenance.at(opened.name, latent), overwrite=overwrite)
    pictures = [{"at": latent.tolist(), "file": str(path)} for path, latent in zip(paths, z, strict=True)]
    report({"model": opened.name, "pictures": pictures}, "\n".join(map(str, paths)), as_json)


@commands.command(
    cls=options.ChartCommand,
    epilog=options.examples(
        "latent-explorer grid --columns 32 --rows 32 --out grid.png",
        "latent-explorer grid --model mnist-ae-2d --region -2,-2,2,2 --out grid.png --scale 2",
        "latent-explorer grid --model mnist-vae-16d --chart slice:across=3,up=7 --out slice.png",
    ),
)
def grid(
    out: options.Out,
    model: options.Model = options.DEFAULT_MODEL,
    label: options.Label = None,
    columns: Annotated[int, Option(min=1, max=4096, help="Number of columns.")] = 32,
    rows: Annotated[int, Option(min=1, max=4096, help="Number of rows.")] = 32,
    region: Annotated[
        str | None,
        Option(metavar="L,B,R,T", help="Rectangle of the map to decode. Default: where most of the data is."),
    ] = None,
    chart: options.Chart = None,
    scale: options.Scale = 1,
    smooth: options.Smooth = False,
    gap: options.Gap = 0,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Decode a rectangle of the map as one picture.

    A PNG of many decoded pictures side by side. For a model with more than two dimensions, the map is the one with
    which the window opens, unless another chart is named.
    """
    from latent_explorer.atlas import Region, grid_points
    from latent_explorer.export import Options, Provenance, find_format
    from latent_explorer.export.pixels import check_size
    from latent_explorer.session import open_bundle

    known, look = find_format("grid", out), Options(scale=scale, style="smooth" if smooth else "crisp", gap=gap)
    options.refuse_taken([out], overwrite)
    opened = open_model(model, label)
    height, width, channels = opened.net.image_shape
    check_size(rows * height * scale, columns * width * scale)  # before decoding
    bundle = seen_through(open_bundle(opened.folder), chart)
    area = Region.around(bundle.home).grown(0.02) if region is None else Region(*sides(region))
    z = bundle.chart.to_latent(grid_points(area, columns, rows))
    pictures = opened.decode(z).reshape(rows, columns, height, width, channels)
    seen = [area.left, area.bottom, area.right, area.top]
    over = f"the region {seen} (left, bottom, right, top) of the {bundle.chart.name} chart"
    where = f"{columns} x {rows} cells of {over}"
    known.write(out, pictures, look, provenance=Provenance(opened.name, where), overwrite=overwrite)
    size = {"columns": columns, "rows": rows, "region": seen, "chart": bundle.chart.name}
    report({"model": opened.name, "file": str(out), **size}, f"{out}: {where}", as_json)


@commands.command(
    cls=options.CurveCommand,
    epilog=options.examples(
        "latent-explorer interpolate --from -2,0 --to 2,1 --out strip.png",
        "latent-explorer interpolate --from -2,0 --to 2,1 --frames 60 --ping-pong --scale 8 --out film.gif",
        "latent-explorer interpolate --from -2,0 --to 2,1 --curve spherical --out frames/",
        "latent-explorer interpolate --from 0,0 --to 2,1 --through 0,2 --curve geodesic --compare straight --out a.gif",
        "latent-explorer interpolate --from -2,0 --to 2,1 --beside mnist-ae-2d --anchors 300 --out strip.png",
    ),
)
def interpolate(
    start: Annotated[
        str, Option("--from", metavar="X,Y[,...]", help="Latent at the start of the path.", show_default=False)
    ],
    end: Annotated[str, Option("--to", metavar="X,Y[,...]", help="Latent at the end of the path.", show_default=False)],
    out: Annotated[
        Path,
        Option(
            metavar="PLACE",
            help="File to write: a .png strip, or a .gif, .webp or .mp4 film; or a folder for single pictures.",
            show_default=False,
        ),
    ],
    model: options.Model = options.DEFAULT_MODEL,
    label: options.Label = None,
    through: options.Through = None,
    frames: options.Frames = 24,
    curve: options.Curve = "straight",
    compare: options.Compare = None,
    easing: options.EasingIfAny = None,
    scale: options.Scale = 1,
    smooth: options.Smooth = False,
    gap: options.Gap = 0,
    per_row: options.PerRow = None,
    seconds: options.Seconds = 0.1,
    ping_pong: options.PingPong = False,
    once: options.Once = False,
    lossy: options.Lossy = False,
    beside: options.Beside = None,
    beside_label: options.BesideLabel = None,
    translator: options.Translator = "affine",
    anchors: options.Anchors = "",
    bootstrap: options.Bootstrap = False,
    blind: options.Blind = False,
    from_target: options.FromTarget = False,
    pairs: options.PairsOfRows = "above",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Decode the pictures along a path.

    The path leads from one place of latent space to another, through any way points; the name of the file decides the
    format.
    """
    from latent_explorer.export import Options, find_format

    known = find_format("filmstrip", {".png": "strip", "": "frames"}.get(out.suffix.lower(), out))
    look = Options(scale, "smooth" if smooth else "crisp", gap, per_row, seconds, ping_pong, not once, not lossy)
    how = Stitch(beside, beside_label, translator, anchors, growth_of(bootstrap, blind), from_target, pairs)
    how.check()
    if known.suffix:
        options.refuse_taken([out], overwrite)
    else:
        check_target(out, folder=True)
    opened = open_model(model, label)
    route = drawn(opened, (start, *(through or ()), end), curve, frames, easing, compare)
    content, source, told = along(opened, route, how, known.key)
    known.write(out, content, look, provenance=source, overwrite=overwrite)
    told = {"model": opened.name, "file": str(out), "format": known.key, "frames": frames, **told}
    report(told, f"{out}: {known.title}, {frames} frames", as_json)


def _numbered(path: Path, count: int) -> list[Path]:
    """The path itself for one, else `name-1.png` and so on, in equal width."""
    if count == 1:
        return [path]
    digits = len(str(count))
    return [path.with_stem(f"{path.stem}-{number:0{digits}}") for number in range(1, count + 1)]


def sides(text: str) -> tuple[float, float, float, float]:
    match options.numbers(text, "--region"):
        case [left, bottom, right, top] if left < right and bottom < top:
            return left, bottom, right, top
    raise UserError(f"--region {text}: expected left,bottom,right,top with left < right and bottom < top")
