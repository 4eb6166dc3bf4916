"""The command `film`."""

from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from typer import Argument, Option

from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.options import AsJson, Overwrite, Palette, Shapes, examples
from latent_explorer.cli.output import Display, report
from latent_explorer.errors import Cancelled

commands = typer.Typer()


@commands.command(
    epilog=examples(
        "latent-explorer film my-vae --out training.gif",
        "latent-explorer film my-vae.run --out training.mp4 --width 1280 --seconds 20 --light",
    )
)
def film(
    run: Annotated[Path, Argument(metavar="RUN", help="Folder of a run, or of the bundle beside it.")],
    out: Annotated[
        Path, Option("--out", metavar="FILE", help="File to write: .gif, .webp or .mp4.", show_default=False)
    ],
    width: Annotated[int, Option(help="Width in pixels, 320 to 1920.")] = 640,
    seconds: Annotated[float, Option(help="Length in seconds, 2 to 120.")] = 12.0,
    light: Annotated[bool, Option("--light", help="Use the light theme.")] = False,
    palette: Palette = "usual",
    shapes: Shapes = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Make a film of a training run: how its map developed.

    Uses the snapshots that the run has kept (see train --snapshots), without damaged ones. Ctrl-C leaves no file
    behind.
    """
    from latent_explorer.film.making import make_film
    from latent_explorer.runs.protocol import MakeFilm, Progress
    from latent_explorer.training import stop_on_interrupt

    def tell(progress: Progress) -> None:
        if progress.total:
            display.tell(progress)
        else:
            display.say(progress.doing)

    request = MakeFilm(
        0, run, out, width=width, seconds=seconds, dark=not light, palette=palette, shapes=shapes,
        overwrite=overwrite,
    )  # fmt: skip
    token = Event()
    try:
        with stop_on_interrupt(token), Display(with_time_left=True) as display:
            make_film(request, tell, token)
    except Cancelled:
        complain("stopped; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    size = out.stat().st_size
    figures = {"file": str(out), "run": str(run), "width": width, "seconds": seconds, "bytes": size}
    report(figures, f"{out}: {size / 1e6:.1f} MB", as_json)
