"""The settings of a training run as callers name them, each checked before training begins."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec
import numpy as np

from latent_explorer.array_like import as_array
from latent_explorer.errors import UserError
from latent_explorer.nets.families import find_family
from latent_explorer.runs import Recipe

_WORDS = {int: "a whole number", float: "a number", str: "a text"}
_WIDEST, _DEEPEST = 16_384, 64


def settings_of(family: str, chosen: Mapping[str, Any]) -> tuple[Recipe, dict[str, float]]:
    """The recipe, and the settings of a family, by name.

    Raises UserError if a name is neither, or a value is not allowed.
    """
    fields, own = {each.name: each for each in msgspec.structs.fields(Recipe)}, find_family(family)
    known = [*fields, *(setting.name for setting in own.settings)]
    recipe: dict[str, Any] = {}
    settings: dict[str, float] = {}
    for name, value in chosen.items():
        if name not in known:
            raise UserError(f"train has no setting {name!r} for the family {family}: expected {', '.join(known)}")
        if name in fields:
            recipe[name] = _of_type(value, fields[name].type, name)
        else:
            settings[name] = _of_type(value, float, name)
    return Recipe(**recipe), own.values(settings)


def whole(value: Any, name: str, low: int, high: int) -> int:
    """A whole number within limits. Raises UserError for anything else."""
    array = as_array(value, name)
    if array.ndim or array.dtype.kind not in "iu" or not low <= array <= high:
        raise UserError(f"{name}: expected a whole number within {low:,}..{high:,}, found {value!r}")
    return int(array)


def widths_of(hidden: Sequence[int] | None) -> tuple[int, ...] | None:
    """The widths of the layers; None for the default ones. Raises UserError."""
    if hidden is None:
        return None
    array = as_array(hidden, "hidden")
    if array.ndim != 1 or not 0 < len(array) <= _DEEPEST:
        raise UserError(f"hidden: expected 1 to {_DEEPEST} widths in a list, found {hidden!r}")
    return tuple(whole(each, "each of hidden", 1, _WIDEST) for each in array)


def _of_type(value: Any, kind: Any, name: str) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError:
        words = _WORDS.get(kind) or " or ".join(map(str, get_args(kind)))
        raise UserError(f"{name}: expected {words}, found {value!r}") from None
