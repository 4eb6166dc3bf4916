"""Opening the window, and the two options that need nothing but a glance to be read."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass

from latent_explorer.display import display_problem
from latent_explorer.errors import UserError

TIME_FIRST_PAINT = "--time-first-paint"


@dataclass(frozen=True)
class WindowWish:
    """How the window is to be opened. models: names or paths of bundles, side by side; none for the last one.

    charts: through which the first of them are seen, as for --chart.
    """

    models: tuple[str, ...] = ()
    time_first_paint: bool = False
    charts: tuple[str, ...] = ()


def window_wish(arguments: Sequence[str]) -> WindowWish | None:
    """What plain arguments of the window ask for; None for all others, which typer has to read.

    Importing typer takes 70 to 200 ms, a good part of what the window has until its first paint.
    """
    timed = TIME_FIRST_PAINT in arguments
    rest = [argument for argument in arguments if argument != TIME_FIRST_PAINT]
    names, values = rest[::2], rest[1::2]
    if len(rest) % 2 or set(names) - {"--model", "--chart"} or any(value.startswith("-") for value in values):
        return None
    models, charts = (
        tuple(v for n, v in zip(names, values, strict=True) if n == name) for name in ("--model", "--chart")
    )
    return WindowWish(models, timed, charts)


def open_window(wish: WindowWish) -> int:
    """Run the window until it is closed; the exit code. Raises UserError where there is no display."""
    if problem := display_problem():
        raise UserError(
            f"there is no display to open the window on: {problem}; `latent-explorer tour --out DIR` draws the window "
            "without one"
        )
    gc.disable()  # while everything is made and nothing is thrown away; the window collects later
    from latent_explorer.gui.app import run

    if not wish.time_first_paint:
        return run(wish.models, wish.charts)
    from latent_explorer.bench.launch import tell_first_pictures

    return run(wish.models, wish.charts, tell_first_pictures)
