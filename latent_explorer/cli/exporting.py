"""The commands under `export`: the contents of a bundle as files for other programs."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from latent_explorer.cli import drawing, options, pictures, styling
from latent_explorer.cli.failure import complain
from latent_explorer.cli.output import report
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle
from latent_explorer.targets import shown

EXAMPLES = options.examples(
    "latent-explorer export latents --out latents.npz",
    "latent-explorer export --model mnist-ae-2d map --out map.svg",
)
export = typer.Typer(rich_markup_mode=None)


@export.callback()
def _export(
    context: typer.Context,
    model: Annotated[
        str | None,
        Option(metavar="NAME_OR_PATH", help="Name of a shipped bundle, or the folder of a bundle."),
    ] = None,
    session: Annotated[
        Path | None,
        Option(metavar="FILE", help="A saved session to draw from; options override it."),
    ] = None,
    map_number: Annotated[
        int | None, Option("--map", min=1, max=2, help="Which map of a session with two. Default: the active one.")
    ] = None,
) -> None:
    """Write latents, the map or pictures to files."""
    names = getattr(context.command, "commands", {})
    if session is None:
        context.default_map = {name: {"model": model or options.DEFAULT_MODEL} for name in names}
    elif context.invoked_subcommand is not None:
        what = context.invoked_subcommand
        context.default_map = {what: _of_session(session, model, map_number, what)}


def _of_session(file: Path, model: str | None, number: int | None, what: str) -> dict[str, Any]:
    """The options saved in a session. Raises UserError if its bundle has changed, unless the bundle is named."""
    from latent_explorer.session.recipes import recipe
    from latent_explorer.session.restoring import changes, find_map
    from latent_explorer.session.saved import read_session

    lost: list[str] = []
    saved, arrays = read_session(file, lost)
    if number is not None and number > len(saved.maps):
        raise UserError(f"--map {number}: {shown(file)} has one map")
    side = saved.active if number is None else number - 1
    one = saved.maps[side]
    if model is None:
        found = find_map(one, file)
        if found.trouble:
            raise UserError(
                f"{found.trouble} Name it, or what is to be drawn in its place, with --model before {what}."
            )
        folder = found.folder
    else:
        folder = find_bundle(model)
        if changed := changes(one, folder):
            complain(f"{folder.name} is not the model of the session ({changed}): what fits is drawn")
    linked = _linked(file, saved, arrays, side, lost) if what == "filmstrip" else (None, {})
    if what == "map":
        _tell_alone(file, one, saved.look)
    made: Any = recipe(what, one, saved.look, arrays, {}, "", linked[0])  # type: ignore[arg-type] # a command's name
    two = {"of_session": f"{side}:{file}"} if what == "map" and len(saved.maps) > 1 else {}
    return {**made.options, "model": str(folder), **linked[1], **two}


def _linked(file: Path, saved: Any, arrays: Any, side: int, lost: list[str]) -> tuple[Any, dict[str, str]]:
    """The link of a session's map, as in a recipe, and the other bundle's present location; empty if not linked."""
    from latent_explorer.alignment.registry import TRANSLATORS, translator_kind
    from latent_explorer.session.recipes import Beside
    from latent_explorer.session.restoring import find_map
    from latent_explorer.session.saved_alignment import anchors_of, fitting

    link = saved.alignment
    if link is None or not link.linked:
        _tell_lost(file, lost)
        return None, {}
    counts = tuple(each.images for each in saved.maps)
    state, unfit = fitting(link, anchors_of(link, arrays), counts, TRANSLATORS)
    _tell_lost(file, lost + unfit)
    least = translator_kind(state.translator).least(*(each.dimensions for each in saved.maps))
    if len(state.anchors) < (0 if state.growth == "blind" else least):
        return None, {}  # as in the window, which then has no translator
    other = saved.maps[1 - side]
    found = find_map(other, file)
    if found.changed:
        complain(f"{found.trouble} What fits is drawn.")
    return Beside(other, state, side), {"beside": str(found.folder or other.name)}


def _tell_alone(file: Path, saved: Any, look: Any) -> None:
    from latent_explorer.gui.sessions.window_alone import drawn_by_a_window_alone

    if alone := list(drawn_by_a_window_alone(saved, look)):
        complain(f"{shown(file)}: the map is drawn without {' and '.join(alone)}; the window exports it with them")


def _tell_lost(file: Path, lost: list[str]) -> None:
    if lost:
        complain(f"{shown(file)}: this does not fit and is left out: {'; '.join(lost)}")


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

    As NPZ, safetensors or CSV: every image with label, split and the error of the reconstruction. The first
    two formats also contain their origin.
    """
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.export import LatentTable, Provenance, find_format

    known = find_format("latents", out)
    options.refuse_taken([out], overwrite)
    folder = find_bundle(model)
    config = read_config(folder)
    found = read_latents(folder, config)
    names = config.dataset.class_names if found.label is not None else ()
    table = LatentTable(found.mean, found.log_variance, found.label, found.split, found.error, names, index=found.index)
    images = f"images of {config.dataset.name}"
    drawn = f"draws from the prior{f' and {images}' if config.placed else ''}"
    what = drawn if config.prior_samples else images
    known.write(out, table, provenance=Provenance(config.name, f"of {what}"), overwrite=overwrite)
    told = {"model": config.name, "file": str(out), "images": len(found), "arrays": list(table.arrays())}
    report(told, f"{out}: the latents of {len(found):,} {what} by {config.name}", as_json)


export.command("map", cls=options.ChartCommand, epilog=drawing.EXAMPLES)(drawing.draw_map)
for _name, _command, _kind, _example in (
    ("picture", pictures.decode, None, "--at 0,0 --out digit.png"),
    ("grid", pictures.grid, options.ChartCommand, "--columns 16 --rows 16 --out grid.png"),
    ("filmstrip", pictures.interpolate, options.CurveCommand, "--from -2,0 --to 2,1 --out film.webp"),
    ("style", styling.style, None, "--model mnist-cvae-8d --out styles.png"),
):
    export.command(_name, cls=_kind, epilog=options.examples(f"latent-explorer export {_name} {_example}"))(_command)
