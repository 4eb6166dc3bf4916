"""The command `export map`: draws the map from the data, or as the window shows it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from latent_explorer.cli import options
from latent_explorer.cli.failure import complain
from latent_explorer.cli.images import Anyway, Images, images_at
from latent_explorer.cli.opened import OpenModel, label_of, open_model, seen_through
from latent_explorer.cli.output import report
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle
from latent_explorer.targets import shown

_POINT_RADIUS, _POINT_OPACITY, _BACKGROUND_OPACITY = 1.0, 0.75, 0.6
EXAMPLES = options.examples(
    "latent-explorer export map --model mnist-vae-2d --out map.svg",
    "latent-explorer export map --model mnist-ae-16d --chart principal --out map.svg",
    "latent-explorer export map --as-shown --theme light --layers pictures,points=0.8,veil --out map.png",
    "latent-explorer export --session my.latent.json map --out map.png",
)


def draw_map(
    out: options.Out,
    model: options.Model = options.DEFAULT_MODEL,
    label: options.Label = None,
    width: options.Width = 1200,
    height: options.Width = 900,
    chart: options.Chart = None,
    background: Annotated[bool, Option(help="Draw the decoded pictures under the points.")] = True,
    layers: options.Layers = None,
    images: Images = None,
    images_anyway: Anyway = False,
    palette: options.Palette = "usual",
    shapes: options.Shapes = False,
    as_shown: options.AsShown = False,
    view: options.View = None,
    region: options.Region = None,
    zoom: options.Zoom = 2.0,
    theme: options.Theme = "dark",
    class_slots: options.Slots = None,
    point_size: options.PointSize = 100,
    point_colour: options.PointColour = "class",
    picture_size: options.PictureSize = 0.0,
    hide: options.Hide = None,
    pin: options.Pins = None,
    selected: options.Selected = None,
    start: options.From = None,
    end: options.To = None,
    through: options.Through = None,
    frames: options.Frames = 48,
    curve: options.Curve = "straight",
    compare: options.Compare = None,
    easing: options.Easing = "steady",
    frame: options.Frame = 0,
    no_legend: options.NoLegend = False,
    both: options.Both = False,
    of_session: options.OfSession = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Draw the map of a bundle as SVG or PNG.

    Draws the points by class over decoded pictures; with --as-shown or a session, exactly the pixels of the window's
    export.
    """
    from latent_explorer.class_colours import palette_called
    from latent_explorer.export import find_format

    palette_called(palette)
    known = find_format("map", out)
    options.refuse_taken([out], overwrite)
    if images is not None:
        if layers is None or as_shown:
            raise UserError(f"--images {images}: goes with --layers alone; add --layers real-images")
        images_at(find_bundle(model), images, images_anyway)
    if both and of_session is None:
        raise UserError("--both: goes with a session of two maps, as in export --session FILE map --both")
    anew = known, out, model, width, height, chart, background, layers, (palette, shapes), images, overwrite
    told = _as_shown(known, {**locals()}) if as_shown else _drawn_anew(*anew)
    report({**told, "width": width, "height": height}, f"{out}: the map of {told['model']}", as_json)


def _drawn_anew(
    known: Any, out: Path, model: str, width: int, height: int, chart: str | None, background: bool,
    layers: str | None, look: tuple[str, bool], images: str | None, overwrite: bool,
) -> dict[str, Any]:  # fmt: skip
    from latent_explorer.export import Provenance
    from latent_explorer.session import open_bundle

    opened = open_model(model)
    bundle = seen_through(open_bundle(opened.folder), chart)
    if layers is None:
        scene, region = _map_scene(opened, bundle, width, height, look, background=background)
    else:
        scene, region = _scene_of_layers(opened.folder, chart, layers, width, height, look, images)
    where = f"the map over the region {region} (left, bottom, right, top) of the {bundle.chart.name} chart"
    known.write(out, scene, provenance=Provenance(opened.name, where), overwrite=overwrite)
    return {"model": opened.name, "file": str(out), "region": region, "chart": bundle.chart.name}


def _as_shown(known: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Draw the map as the window would show it with these options. Raises UserError."""
    from latent_explorer.bench.measure import use_a_display
    from latent_explorer.session import open_bundle

    folder = find_bundle(given["model"])
    bundle = seen_through(open_bundle(folder), given["chart"])
    saved, arrays, look = _saved(bundle, given)
    use_a_display()
    from latent_explorer.gui.app import application
    from latent_explorer.gui.exports.choices import Choices
    from latent_explorer.gui.sessions.replaying import replay_map

    application()
    choices = Choices(known.key, zoom=given["zoom"], legend=not given["no_legend"], both=given["both"])
    beside = None if given["of_session"] is None else _beside(given["of_session"], given["both"])
    lost = replay_map(folder, saved, arrays, look, known, choices, given["out"], given["overwrite"], beside)
    if lost:
        complain(f"{shown(given['out'])} is without {'; '.join(lost)}")
    region = [getattr(saved.view, name) for name in ("u", "v", "scale")]
    return {"model": bundle.name, "file": str(given["out"]), "view": region, "chart": bundle.chart.name}


def _beside(text: str, both: bool) -> Any:
    """The other map of a session, from a text SIDE:FILE; None if it is missing, unless it must be drawn too."""
    from latent_explorer.gui.sessions.replaying import SavedBeside
    from latent_explorer.session.restoring import find_map
    from latent_explorer.session.saved import read_session

    side, _, name = text.partition(":")
    file = Path(name)
    session, arrays = read_session(file)
    found = find_map(session.maps[1 - int(side)], file)
    if found.trouble:
        if both and found.folder is None:
            raise UserError(f"--both: {found.trouble}")
        complain(f"{found.trouble} What fits is drawn.")
    if found.folder is None:
        return None
    return SavedBeside(found.folder, session, arrays, source=side == "1")


def _saved(bundle: Any, given: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The SavedMap described by the options, its arrays and the appearance. Raises UserError."""
    from latent_explorer.session import recipes
    from latent_explorer.session.saved import SavedLook, SavedMap

    dimensions, classes = bundle.config.net.latent_dim, len(bundle.class_names)
    chosen, route = given["selected"], None
    if given["start"] is not None and given["end"] is not None:
        ends = given["start"], given["end"]
        names = "curve", "frames", "easing", "through", "compare"
        how = {name: given[name] for name in names if given[name] is not None}
        route = recipes.route_of(*ends, dimensions, **how)
    numbers = {
        name: recipes.whole_numbers(given[name], f"--{name.replace('_', '-')}", below) if given[name] else ()
        for name, below in (("hide", classes), ("class_slots", 2**15))
    }
    saved = SavedMap(
        path=str(bundle.folder), name=bundle.folder.name, seal=bundle.seal, dimensions=dimensions,
        images=len(bundle.latents), label=label_of(bundle.config, given["label"]),
        chart=bundle.spec, view=_view(bundle, given), size=(given["width"], given["height"]),
        layers=_layers(bundle, given["layers"]), hidden=numbers["hide"], slots=numbers["class_slots"],
        pins=tuple(recipes.pin_of(each, dimensions) for each in given["pin"] or ()), route=route,
        frame=given["frame"], selection="selection-0" if chosen else "",
    )  # fmt: skip
    arrays = {"selection-0": recipes.chosen_of(chosen, len(bundle.latents))} if chosen else {}
    if given["theme"] not in ("dark", "light"):
        raise UserError(f"--theme {given['theme']}: expected dark or light")
    looks = ("theme", "palette", "shapes", "point_size", "point_colour", "picture_size")
    return saved, arrays, SavedLook(**{name: given[name] for name in looks})


def _view(bundle: Any, given: dict[str, Any]) -> Any:
    from latent_explorer.atlas import Region
    from latent_explorer.atlas.view import View
    from latent_explorer.cli.pictures import sides
    from latent_explorer.session.recipes import view_of
    from latent_explorer.session.saved import SavedView

    if given["view"] is not None:
        return view_of(given["view"])
    whole = View(width=given["width"], height=given["height"])
    if given["region"] is not None:
        seen = whole.fitted(Region(*sides(given["region"])), margin=0.0)
    else:
        seen = whole.fitted(Region.around(bundle.home))
    return SavedView(seen.u, seen.v, seen.scale)


def _layers(bundle: Any, text: str | None) -> Any:
    """Exactly the named layers; without a text, those that the window initially shows for the bundle."""
    from latent_explorer.session.recipes import layers_of
    from latent_explorer.session.saved import SavedLayer

    if text is None:
        return ()
    wanted = {layer.name: layer for layer in layers_of(text)}
    titles = {title.lower(): name for title, name in _titles().items()}
    chosen = {titles.get(name, name): layer for name, layer in wanted.items()}
    for name in chosen:
        if name not in titles.values():
            raise UserError(f"no layer called {name!r}: expected one of {', '.join(titles.values())}")
    return tuple(
        SavedLayer(name, name in chosen, chosen[name].opacity if name in chosen else 1.0) for name in titles.values()
    )


def _titles() -> dict[str, str]:
    """The names of all layers, by title."""
    from latent_explorer.fields import layer_fields
    from latent_explorer.gui.layers.points import POINTS
    from latent_explorer.gui.layers.registry import LAYERS
    from latent_explorer.gui.layers.thumbnails import REAL_IMAGES
    from latent_explorer.gui.layers.tiles import DECODED

    specs: tuple[Any, ...] = (DECODED, POINTS, REAL_IMAGES, *LAYERS.values(), *layer_fields())
    return {each.title: each.name for each in specs}


def _map_scene(
    model: OpenModel, bundle: Any, width: int, height: int, look: tuple[str, bool], *, background: bool
) -> tuple[Any, list[float]]:
    """The export.MapScene of an OpenBundle, in the window's dark colours, and the sides of its region.

    The region contains the bulk of the data: left, bottom, right, top. Pictures below it have about their own size.
    """
    from latent_explorer.atlas import Region, grid_points, montage
    from latent_explorer.atlas.view import View, left_ticks, lower_ticks
    from latent_explorer.export import Background, MapScene, class_groups, inked
    from latent_explorer.palette import DARK

    names = bundle.class_names
    palette, shapes = look
    colours = replace(DARK.for_map(bundle.uv, bundle.latents.label, len(names), palette), shapes=shapes)
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
    folder: Path,
    chart: str | None,
    layers: str,
    width: int,
    height: int,
    look: tuple[str, bool],
    images: str | None,
) -> tuple[Any, list[float]]:
    """The export.MapScene of a bundle with exactly these layers, and the sides of its region.

    Drawn by a map pane without a window, because layers may paint freely.
    layers: names or titles, separated by commas. images: the location of the training images, already checked.
    Raises a UserError that lists the layers if one is unknown, or says what the bundle lacks for it.
    """
    from latent_explorer.bench.measure import use_a_display
    from latent_explorer.charts import ChartSpec
    from latent_explorer.gui.exports.scene import map_scene

    use_a_display()
    with _pane(width, height) as pane:
        pane.shared.choose_palette(look[0])
        pane.shared.choose_shapes(look[1])
        pane.attaching.want(images or "", sure=True)
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
    """A pane whose map has this size, with its own settings; closed afterwards."""
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
            pane.resize(2 * width - view.width, 2 * height - view.height)  # the axes take space beside the map
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
    """Wait until the engine has delivered everything shown. Raises UserError with the pane's error message."""
    from latent_explorer.gui.app import application

    while not (
        pane.ready
        and pane.canvas.frame_scheduler.at_rest
        and pane.feed.missing == pane.fields.missing == 0
        and not (pane.attaching.busy or pane.thumbnails.waiting)
    ):
        if pane.shared.banner.message:
            raise UserError(pane.shared.banner.message)
        application().processEvents()
        time.sleep(0.005)
