"""Packages that come with an extra of this program."""

from importlib import import_module
from typing import Any

from latent_explorer.errors import UserError


def extra(package: str, name: str) -> Any:
    """A package that comes with an extra of this program, imported. Raises UserError that says how to install it."""
    try:
        return import_module(package)
    except ImportError as error:
        raise UserError(
            f"{package} is needed for this model and cannot be imported ({error}): install it with "
            f"pip install 'latent-explorer[{name}]'"
        ) from error
