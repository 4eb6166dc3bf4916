"""Runs' values as JSON: paths are kept as texts."""

from pathlib import Path
from typing import Any


def to_text(value: Any) -> str:
    """A path as JSON has it. Raises TypeError for what is none."""
    if not isinstance(value, Path):
        raise TypeError(f"expected a path, found {type(value).__name__}")
    return str(value)


def from_text(kind: type, value: Any) -> Any:
    """Back again. Raises TypeError for what is none."""
    if not (issubclass(kind, Path) and isinstance(value, str)):
        raise TypeError(f"expected the text of a path, found {value!r}")
    return Path(value)
