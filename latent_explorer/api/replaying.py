"""Reproducing what a window has shown: the call that Copy as Python pastes."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.session.recipes import ReplayRecipe, Value, What

_REPEATED = "at", "pin", "through"  # options that may be given several times


def replay(
    what: What,
    out: str | Path,
    *,
    session: str | Path | None = None,
    overwrite: bool = False,
    **options: Value | Sequence[str | float | Sequence[float]],
) -> Path:
    """Write a map, a picture, a grid, a filmstrip, content by style or the latents to a file; returns its path.

    The pixels are those of the window's export: Edit ▸ Copy as Python copies the call for what is shown. A separate
    process with a hidden window does it, so that a notebook stays free of Qt.

    what: "map", "picture", "grid", "filmstrip", "style" or "latents". out: the file; its suffix gives the format.
    session: a file saved with File ▸ Save session… to draw from; options override it.
    options: those of `latent-explorer export WHAT`, by their names with underscores; `start` and `end` for --from and
    --to. `at` and `through` take strings "x,y", the numbers of one latent, or latents (k, d).

    Raises UserError that says why it cannot be drawn.
    """
    words = arguments_of(what, out, session=session, overwrite=overwrite, **options)
    done = subprocess.run(
        [sys.executable, "-m", "latent_explorer", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise UserError("".join(last).removeprefix("latent-explorer: ") or f"it ended with code {done.returncode}")
    return Path(out)


def arguments_of(
    what: What,
    out: str | Path,
    *,
    session: str | Path | None = None,
    overwrite: bool = False,
    **options: Value | Sequence[str | float | Sequence[float]],
) -> list[str]:
    """The arguments of the command that does what `replay` is asked for."""
    chosen = {name: _value(name, value) for name, value in options.items() if value is not None}
    model = chosen.pop("model", None) if session is not None else None
    _, *words = ReplayRecipe(what, str(out), chosen | ({"overwrite": True} if overwrite else {})).arguments
    named = [] if session is None else ["--session", str(session)]
    return ["export", *named, *([] if model is None else ["--model", str(model)]), *words]


def _value(name: str, value: Value | Sequence[str | float | Sequence[float]]) -> Value:
    """A value in the form of an option: numbers separated by commas, several strings, or several latents."""
    if isinstance(value, str | int | float | bool):
        return value
    values = tuple(value)
    if not values or isinstance(values[0], str):
        return tuple(str(each) for each in values)
    if np.ndim(values[0]):
        return tuple(_numbers(each) for each in values)
    return (_numbers(values),) if name in _REPEATED else _numbers(values)


def _numbers(values: Any) -> str:
    return ",".join(repr(float(each)) for each in values)
