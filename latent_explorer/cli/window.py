"""Opens the window, and parses its simple arguments without typer."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from latent_explorer.display import display_problem
from latent_explorer.errors import UserError

TIME_FIRST_PAINT, ANYWAY = "--time-first-paint", "--images-anyway"
_NAMED = ("--model", "--chart", "--images")


@dataclass(frozen=True)
class WindowWish:
    """How to open the window. models: names or paths of bundles, side by side, or the file of a session; empty for the
    last one.

    charts: of the first of them, as for --chart. images: paths to attach to the first of them; images_anyway: even if
    they are not the training images.
    """

    models: tuple[str, ...] = ()
    time_first_paint: bool = False
    charts: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    images_anyway: bool = False


def window_wish(arguments: Sequence[str]) -> WindowWish | None:
    """Parse simple arguments of the window; None for all others, which typer must parse.

    Importing typer takes 70 to 200 ms, a good part of the time until the window's first paint.
    """
    timed, anyway = TIME_FIRST_PAINT in arguments, ANYWAY in arguments
    rest = [argument for argument in arguments if argument not in (TIME_FIRST_PAINT, ANYWAY)]
    if (opened := _opened(rest)) is not None:
        return WindowWish(opened, timed)
    names, values = rest[::2], rest[1::2]
    if len(rest) % 2 or set(names) - {*_NAMED} or any(value.startswith("-") for value in values):
        return None
    models, charts, images = (tuple(v for n, v in zip(names, values, strict=True) if n == name) for name in _NAMED)
    return WindowWish(models, timed, charts, images, anyway)


def _opened(arguments: Sequence[str]) -> tuple[str, ...] | None:
    """The paths of `open THING`, or of a path alone, which desktops pass after a double click."""
    match arguments:
        case ["open", *things] if things and not any(thing.startswith("-") for thing in things):
            return tuple(things)
        case [path] if not path.startswith("-") and ("/" in path or "\\" in path or path.endswith(".json")):
            return (path,)
    return None


def open_window(wish: WindowWish) -> int:
    """Run the window until it is closed; returns the exit code. Raises UserError if there is no display."""
    if problem := display_problem():
        raise UserError(
            f"there is no display to open the window on: {problem}; `latent-explorer tour --out DIR` draws the window "
            "without one"
        )
    gc.disable()  # during startup nothing is freed; the window collects later
    from latent_explorer.gui.app import run

    show = partial(run, images=wish.images, images_anyway=wish.images_anyway)
    if not wish.time_first_paint:
        return show(wish.models, wish.charts)
    from latent_explorer.bench.launch import tell_first_pictures

    return show(wish.models, wish.charts, tell_first_pictures)
