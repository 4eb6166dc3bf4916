"""Opening the window, and the two options that need nothing but a glance to be read."""

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
    """How the window is to be opened. models: names or paths of bundles, side by side, or the file of a session; none
    for the last one.

    charts: through which the first of them are seen, as for --chart. images: paths to attach to the first of them;
    images_anyway: also where they are not those that the model was trained on.
    """

    models: tuple[str, ...] = ()
    time_first_paint: bool = False
    charts: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    images_anyway: bool = False


def window_wish(arguments: Sequence[str]) -> WindowWish | None:
    """What plain arguments of the window ask for; None for all others, which typer has to read.

    Importing typer takes 70 to 200 ms, a good part of what the window has until its first paint.
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
    """What `open THING` asks for, or a path alone, as a desktop hands over what was double-clicked."""
    match arguments:
        case ["open", *things] if things and not any(thing.startswith("-") for thing in things):
            return tuple(things)
        case [path] if not path.startswith("-") and ("/" in path or "\\" in path or path.endswith(".json")):
            return (path,)
    return None


def open_window(wish: WindowWish) -> int:
    """Run the window until it is closed; the exit code. Raises UserError where there is no display."""
    if problem := display_problem():
        raise UserError(
            f"there is no display to open the window on: {problem}; `latent-explorer tour --out DIR` draws the window "
            "without one"
        )
    gc.disable()  # while everything is made and nothing is thrown away; the window collects later
    from latent_explorer.gui.app import run

    show = partial(run, images=wish.images, images_anyway=wish.images_anyway)
    if not wish.time_first_paint:
        return show(wish.models, wish.charts)
    from latent_explorer.bench.launch import tell_first_pictures

    return show(wish.models, wish.charts, tell_first_pictures)
