"""The commands under `export`: what a bundle holds, as files that other programs read."""

from typing import Annotated, Any

import typer
from typer import Option

from latent_explorer.cli import options, pictures
from latent_explorer.cli.opened import OpenModel, open_model, seen_through
from latent_explorer.cli.output import report
from latent_explorer.places import find_bundle

_POINT_RADIUS, _POINT_OPACITY, _BACKGROUND_OPACITY = 1.0, 0.75, 0.6
EXAMPLES = options.examples(
    "latent-explorer export latents --out latents.npz", "latent-explorer export --model mnist-ae-2d map --out map.svg"
)
export = typer.Typer(rich_markup_mode=None)


@export.callback()
def _export(context: typer.Context, model: options.Model = options.DEFAULT_MODEL) -> None:
    """Write latents, the map or pictures to files."""
    names = getattr(context.command, "commands", {})
    context.default_map = {name: {"model": model} for name in names}


@export.command(
    epilog=options.examples(
        "latent-explorer export latents --model mnist-vae-2d --out latents.csv",
        "latent-explorer export latents --out latents.npz --overwrite",
    )
)
def latents(
    out: options.Out,
    model: options.Model = options.DEFAULT_MODEL,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Write the latents of a bundle's dataset.

    As NPZ or CSV: every image with label, split and the error of the reconstruction. An NPZ also says where it comes
    from.
    """
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.export import LatentTable, Provenance, find_format

    known = find_format("latents", out)
    options.refuse_taken([out], overwrite)
    folder = find_bundle(model)
    config = read_config(folder)
    found = read_latents(folder, config)
    names = config.dataset.class_names if found.label is not None else ()
    table = LatentTable(found.mean, found.log_variance, found.label, found.split, found.error, names)
    what = f"images of {config.dataset.name}" if not config.prior_samples else "draws from the prior"
    known.write(out, table, provenance=Provenance(config.name, f"of {what}"), overwrite=overwrite)
    told = {"model": config.name, "file": str(out), "images": len(found), "arrays": list(table.arrays())}
    report(told, f"{out}: the latents of {len(found):,} {what} by {config.name}", as_json)


@export.command(
    "map",
    cls=options.ChartCommand,
    epilog=options.examples(
        "latent-explorer export map --model mnist-vae-2d --out map.svg",
        "latent-explorer export map --model mnist-ae-16d --chart principal --out map.svg",
    ),
)
def draw_map(
    out: options.Out,
    model: options.Model = options.DEFAULT_MODEL,
    width: Annotated[int, Option(min=64, max=8192, help="Of the drawing, in pixels.")] = 1200,
    height: Annotated[int, Option(min=64, max=8192, help="Of the drawing, in pixels.")] = 900,
    chart: options.Chart = None,
    background: Annotated[bool, Option(help="Decoded pictures under the points.")] = True,
    layers: Annotated[
        str | None,
        Option(metavar="NAME[,...]", help="Draw these layers as the window does: points,density,class-names."),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Draw the map of a bundle as SVG or PNG.

    Its points by class over decoded pictures. The window exports the map as it is shown.
    """
    from latent_explorer.export import Provenance, find_format
    from latent_explorer.session import open_bundle

    known = find_format("map", out)
    options.refuse_taken([out], overwrite)
    opened = open_model(model)
    bundle = seen_through(open_bundle(opened.folder), chart)
    if layers is None:
        scene, region = _map_scene(opened, bundle, width, height, background=background)
    else:
        from latent_explorer.cli.layered import scene_of_layers

        scene, region = scene_of_layers(opened.folder, chart, layers, width, height)
    where = f"the map over the region {region} (left, bottom, right, top) of the {bundle.chart.name} chart"
    known.write(out, scene, provenance=Provenance(opened.name, where), overwrite=overwrite)
    size = {"region": region, "width": width, "height": height, "chart": bundle.chart.name}
    report({"model": opened.name, "file": str(out), **size}, f"{out}: the map of {opened.name}", as_json)


for _name, _command, _kind, _example in (
    ("picture", pictures.decode, None, "--at 0,0 --out digit.png"),
    ("grid", pictures.grid, options.ChartCommand, "--columns 16 --rows 16 --out grid.png"),
    ("filmstrip", pictures.interpolate, None, "--from -2,0 --to 2,1 --out film.webp"),
):
    export.command(_name, cls=_kind, epilog=options.examples(f"latent-explorer export {_name} {_example}"))(_command)


def _map_scene(model: OpenModel, bundle: Any, width: int, height: int, *, background: bool) -> tuple[Any, list[float]]:
    """The export.MapScene of an OpenBundle, in the window's dark colours, and the sides of the region it shows.

    The region holds the bulk of the data: left, bottom, right, top. Below are pictures at about their own size.
    """
    from latent_explorer.atlas import Region, grid_points, montage
    from latent_explorer.atlas.view import View, left_ticks, lower_ticks
    from latent_explorer.export import Background, MapScene, class_groups, inked
    from latent_explorer.palette import DARK

    view = View(width=width, height=height).fitted(Region.around(bundle.home))
    ground = None
    if background:
        columns, rows = (
            max(1, round(width / model.net.image_shape[1])),
            max(1, round(height / model.net.image_shape[0])),
        )
        pictures = model.decode(bundle.chart.to_latent(grid_points(view.region, columns, rows)))
        ground = Background(inked(montage(pictures, columns), DARK), 0, 0, width, height, _BACKGROUND_OPACITY)
    xy, names = view.to_screen(bundle.uv), bundle.class_names
    groups = class_groups(xy, bundle.latents.label, names, DARK, radius=_POINT_RADIUS, opacity=_POINT_OPACITY)
    scene = MapScene(
        width, height, DARK.map, DARK.text, ground, tuple(groups),
        x_ticks=tuple(lower_ticks(view)), y_ticks=tuple(left_ticks(view)), legend=bool(names),
    )  # fmt: skip
    return scene, [view.region.left, view.region.bottom, view.region.right, view.region.top]
