"""The command `style`: a grid of content by style."""

from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.output import report
from latent_explorer.errors import UserError

commands = typer.Typer()
_USUAL = "mnist-cvae-8d"


@commands.command(
    epilog=options.examples(
        "latent-explorer style mnist-cvae-8d --out grid.png --scale 2",
        "latent-explorer style mnist-cvae-8d --content 12,40 --style 7,9 --out grid.svg",
        "latent-explorer style mnist-cvae-2d --random --styles 12 --out grid.npz --json",
    )
)
def style(
    out: options.Out,
    named: Annotated[
        str | None, Argument(metavar="[MODEL]", help="Bundle of a conditional model, by name or folder.")
    ] = None,
    model: options.Model = _USUAL,
    content: Annotated[
        str | None, Option(metavar="N,N,...", help="Images whose classes are the rows, from 0. Default: every class.")
    ] = None,
    style: Annotated[str | None, Option(metavar="N,N,...", help="Images whose styles are the columns, from 0.")] = None,
    pin: Annotated[
        list[str] | None,
        Option(metavar="NAME=X,Y[,...]", help="Latent whose style is a column, in place of --style; may be repeated."),
    ] = None,
    styles: Annotated[
        int, Option(min=1, max=200, help="How many styles are chosen, where neither --style nor --pin names any.")
    ] = 8,
    random: Annotated[bool, Option("--random", help="Draw these styles; else they are spread over all.")] = False,
    seed: Annotated[int, Option(min=0, help="Of the draw.")] = 0,
    scale: options.Scale = 2,
    smooth: options.Smooth = False,
    gap: options.Gap = 2,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Draw a grid of content by style.

    Each picture is the class of its row in the style of its column. PNG, SVG or NPZ, by the suffix. The originals are
    shown at the edges if they are on this computer.
    """
    import numpy as np

    from latent_explorer.engine.styles import style_axes
    from latent_explorer.export import Options, Provenance, StyleGrid, find_format
    from latent_explorer.session.recipes import pin_of

    known, look = find_format("style grid", out), Options(scale=scale, style="smooth" if smooth else "crisp", gap=gap)
    options.refuse_taken([out], overwrite)
    rows, columns = _numbers(content, "--content"), _numbers(style, "--style")
    if pin and columns is not None:
        raise UserError("--style and --pin both say what the columns are: leave one of them out")
    bundle, decode = _opened(named or model)
    pins = [pin_of(each, bundle.config.net.latent_dim) for each in pin or ()]
    wanted = np.stack([each.latent for each in pins]) if pins else columns
    axes = style_axes(bundle, rows, wanted, styles, "random" if random else "spread", seed)
    names = axes.names[0], tuple(each.name for each in pins) or axes.names[1]
    grid = StyleGrid.of(decode, axes.labels, axes.latents, names, axes.images)
    where = f"{len(grid.labels)} x {len(grid.latents)} pictures, content by style"
    origin = Provenance.at(bundle.name, grid.latents, content=",".join(map(str, grid.labels.tolist())))
    known.write(out, grid, look, provenance=origin, overwrite=overwrite)
    told: dict[str, Any] = {
        "model": bundle.name,
        "file": str(out),
        "content": list(grid.row_names),
        "labels": grid.labels.tolist(),
        "style": list(grid.column_names),
        "latents": grid.latents.tolist(),
    }
    report(told, f"{out}: {where}", as_json)


def _numbers(text: str | None, option: str) -> list[int] | None:
    if text is None:
        return None
    wanted = options.numbers(text, option)
    if any(number < 0 or number % 1 for number in wanted):
        raise UserError(f"{option} {text}: expected whole numbers from 0, as in {option} 12,40")
    return [int(number) for number in wanted]


def _opened(name: str) -> tuple[Any, Any]:
    """Open a bundle by name or folder; returns the bundle for a grid, and a function that decodes with classes."""
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.engine.dataset_index import images_of
    from latent_explorer.engine.decoder import Decoder, choose_device
    from latent_explorer.engine.originals import find_originals
    from latent_explorer.engine.styles import StyleSource
    from latent_explorer.places import find_bundle
    from latent_explorer.runtime.loading import load_bundle_model

    folder = find_bundle(name)
    config = read_config(folder)
    latents, decoder = read_latents(folder, config), Decoder(load_bundle_model(folder, config), choose_device())

    def images(numbers: Any) -> Any:
        found = find_originals(config)
        fits = found.images is not None and found.images.shape[1:] == config.net.image_shape
        return images_of(latents, found, numbers) if fits else None

    return StyleSource(config.name, config, latents, images), decoder.repeatable
