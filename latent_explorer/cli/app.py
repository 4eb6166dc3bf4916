"""All commands, and the program that runs them."""

import sys
from typing import Annotated, Any, cast

import typer
from typer import Argument, Option
from typer.core import TyperGroup

from latent_explorer.cli import (
    alignment,
    anomalies,
    attributes,
    benchmarks,
    bundles,
    charting,
    compressing,
    decompressing,
    denoising,
    distances,
    encoding,
    exporting,
    filming,
    importing,
    labels,
    lessons,
    pictures,
    placing,
    plugins,
    styling,
    training,
)
from latent_explorer.cli.failure import INTERRUPTED, exit_code
from latent_explorer.cli.options import examples
from latent_explorer.cli.window import ANYWAY, TIME_FIRST_PAINT, WindowWish, open_window
from latent_explorer.errors import UserError
from latent_explorer.version import __version__
from latent_explorer.waiting import wait_asleep

# Any error in the arguments; typer does not export it under a name of its own.
_BadInput = cast(type[typer.BadParameter], typer.BadParameter.__mro__[2])


class Program(TyperGroup):
    """The group of all commands; each ends with the exit code of `exit_code`, also if called from Python."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command named in the arguments, and exit with its code."""
        sys.exit(exit_code(lambda: self._run(*args, **{**extra, "standalone_mode": False})))

    def _run(self, *args: Any, **extra: Any) -> int | None:
        try:
            code: int | None = super().main(*args, **extra)
            return code
        except typer.Abort:
            return INTERRUPTED
        except _BadInput as error:
            raise UserError(f"{error.format_message()} Try --help.") from error


app = typer.Typer(
    cls=Program,
    rich_markup_mode=None,  # plain help is faster, and does not wrap or frame its examples
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=examples("latent-explorer", "latent-explorer --model mnist-ae-2d", "latent-explorer decode --help"),
)
for module in (
    bundles,
    importing,
    training,
    filming,
    encoding,
    placing,
    pictures,
    styling,
    charting,
    alignment,
    compressing,
    decompressing,
    anomalies,
    attributes,
    labels,
    denoising,
    distances,
    benchmarks,
    plugins,
):
    app.registered_commands += module.commands.registered_commands
app.add_typer(lessons.lessons, name="lessons")
app.add_typer(exporting.export, name="export", no_args_is_help=True, epilog=exporting.EXAMPLES)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"latent-explorer {__version__}")
        raise typer.Exit


@app.command("open", epilog=examples("latent-explorer open my.latent.json", "latent-explorer open mnist-ae-2d"))
def open_things(
    things: Annotated[
        list[str],
        Argument(metavar="FILE_OR_MODEL...", help="A saved session; or one or two models, by name or folder."),
    ],
) -> None:
    """Open the window on a saved session, or on models."""
    raise typer.Exit(open_window(WindowWish(tuple(things))))


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    model: Annotated[
        list[str] | None,
        Option(
            metavar="NAME_OR_PATH",
            help="Bundle to open; given twice, two maps side by side. Default: the last one opened.",
        ),
    ] = None,
    chart: Annotated[
        list[str] | None,
        Option(metavar="KIND[:NAME=VALUE,...]", help="Chart to use; `latent-explorer grid --help` lists them."),
    ] = None,
    images: Annotated[
        list[str] | None,
        Option(metavar="PATH", help="Images that the bundle was trained on: a folder or file, to be attached to it."),
    ] = None,
    images_anyway: Annotated[
        bool, Option(ANYWAY, help="Attach them without asking, even if they are not the same images.")
    ] = False,
    time_first_paint: Annotated[bool, Option(TIME_FIRST_PAINT, hidden=True)] = False,
    version: Annotated[
        bool, Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Move through the latent space of an image model as if it were a map.

    Without a command, opens the window.
    """
    wait_asleep()
    if context.invoked_subcommand is None:
        named = tuple(model or ()), time_first_paint, tuple(chart or ()), tuple(images or ()), images_anyway
        raise typer.Exit(open_window(WindowWish(*named)))
    if model or chart or images:
        raise typer.BadParameter("--model, --chart and --images come after the command, not before it.")
