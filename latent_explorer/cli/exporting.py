"""The commands under `export`: what a bundle holds, as files that other programs read."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from latent_explorer.cli import options, pictures
from latent_explorer.cli.opened import OpenModel, open_model, seen_through
from latent_explorer.cli.output import report
from latent_explorer.errors import UserError
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
    background: Annotated[bool, Option(help="Draw the decoded pictures under the points.")] = True,
    layers: Annotated[
        str | None,
        Option(metavar="NAME[,...]", help="Layers to draw, separated by commas: points,density,class-names."),
    ] = None,
    palette: options.Palette = "usual",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Draw the map of a bundle as SVG or PNG.

    Its points by class over decoded pictures. The window exports the map as it is shown.
    """
    from latent_explorer.class_colours import palette_called
    from latent_explorer.export import Provenance, find_format
    from latent_explorer.session import open_bundle

    palette_called(palette)
    known = find_format("map", out)
    options.refuse_taken([out], overwrite)
    opened = open_model(model)
    bundle = seen_through(open_bundle(opened.folder), chart)
    if layers is None:
        scene, region = _map_scene(opened, bundle, width, height, palette, background=background)
    else:
        scene, region = _scene_of_layers(opened.folder, chart, layers, width, height, palette)
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


def _map_scene(
    model: OpenModel, bundle: Any, width: int, height: int, palette: str, *, background: bool
) -> tuple[Any, list[float]]:
    """The export.MapScene of an OpenBundle, in the window's dark colours, and the sides of the region it shows.

    The region holds the bulk of the data: left, bottom, right, top. Below are pictures at about their own size.
    """
    from latent_explorer.atlas import Region, grid_points, montage
    from latent_explorer.atlas.view import View, left_ticks, lower_ticks
    from latent_explorer.export import Background, MapScene, class_groups, inked
    from latent_explorer.palette import DARK

    names = bundle.class_names
    colours = DARK.for_map(bundle.uv, bundle.latents.label, len(names), palette)
    view = View(width=width, height=height).fitted(Region.around(bundle.home))
    ground = None
    if background and model.decodes:
        cell_height, cell_width, _ = model.net.image_shape
        columns, rows = max(1, round(width / cell_width)), max(1, round(height / cell_height))
        pictures = model.decode(bundle.chart.to_latent(grid_points(view.region, columns, rows)))
        ground = Background(inked(montage(pictures, columns), DARK), 0, 0, width, height, _BACKGROUND_OPACITY)
    xy = view.to_screen(bundle.uv)
    groups = class_groups(xy, bundle.latents.label, names, colours, radius=_POINT_RADIUS, opacity=_POINT_OPACITY)
    scene = MapScene(
        width, height, DARK.map, DARK.text, ground, tuple(groups),
        x_ticks=tuple(lower_ticks(view)), y_ticks=tuple(left_ticks(view)),
        axis_names=bundle.chart.axis_names, legend=bool(names),
    )  # fmt: skip
    return scene, [view.region.left, view.region.bottom, view.region.right, view.region.top]


def _scene_of_layers(
    folder: Path, chart: str | None, layers: str, width: int, height: int, palette: str
) -> tuple[Any, list[float]]:
    """The export.MapScene of a bundle with these layers and no others, and the sides of the region it shows.

    It is drawn by a map pane that no window holds, for a layer may paint whatever it likes.
    layers: names or titles with commas between them.
    Raises UserError that lists the layers where one is not known, or says what the bundle lacks for it.
    """
    from latent_explorer.bench.measure import use_a_display
    from latent_explorer.charts import ChartSpec
    from latent_explorer.gui.exports.scene import map_scene

    use_a_display()
    with _pane(width, height) as pane:
        pane.shared.choose_palette(palette)
        pane.open(folder, ChartSpec.of(chart) if chart else None)
        _wait(pane)
        _choose(pane, [name.strip().lower() for name in layers.split(",") if name.strip()])
        _wait(pane)
        assert pane.session is not None
        scene = map_scene(pane.canvas, pane.session, legend=bool(pane.session.bundle.class_names))
        seen = pane.canvas.view.region
        return scene, [seen.left, seen.bottom, seen.right, seen.top]


@contextmanager
def _pane(width: int, height: int) -> Iterator[Any]:
    """A pane whose map has this size, with settings of its own; ended afterwards."""
    from latent_explorer.engine.process import ProcessEngine
    from latent_explorer.gui.app import application
    from latent_explorer.gui.pane.pane import MapPane
    from latent_explorer.gui.pane.shared import Shared
    from latent_explorer.gui.settings import Settings
    from latent_explorer.gui.widgets.banner import Banner

    app = application()
    with tempfile.TemporaryDirectory() as scratch:
        pane = MapPane(Shared(Settings(Path(scratch) / "settings.json"), Banner(), lambda _: None), ProcessEngine)
        try:
            pane.resize(width, height)
            pane.show()
            app.processEvents()
            view = pane.canvas.view
            pane.resize(2 * width - view.width, 2 * height - view.height)  # the axes take room beside the map
            yield pane
        finally:
            pane.end()
            pane.close()


def _choose(pane: Any, wanted: list[str]) -> None:
    assert pane.bundle is not None
    known = {layer.spec.name: (title, layer) for title, layer in pane.layers.by_title.items()}
    names = {title.lower(): name for name, (title, _) in known.items()}
    chosen = [names.get(name, name) for name in wanted]
    for name in chosen:
        if name not in known:
            raise UserError(f"no layer called {name!r}: expected one of {', '.join(known)}")
        if lacking := known[name][1].lacks(pane.bundle):
            raise UserError(f"{pane.bundle.name} has no layer {name!r}: {lacking}")
    for name, (title, layer) in known.items():
        pane.layers.show(title, name in chosen, layer.opacity)


def _wait(pane: Any) -> None:
    """Until the engine has given all that is shown. Raises UserError with what the pane complains of."""
    from latent_explorer.gui.app import application

    while not (pane.ready and pane.canvas.frame_scheduler.at_rest and pane.feed.missing == pane.fields.missing == 0):
        if pane.shared.banner.message:
            raise UserError(pane.shared.banner.message)
        application().processEvents()
        time.sleep(0.005)
