"""The layers that are painted over pictures, fields and points: ours, and those that other packages add."""

from typing import Any

from latent_explorer.errors import UserError
from latent_explorer.gui.layers.class_names import ClassNames
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.plugins import load_plugins

LAYERS: list[type[Layer]] = []
"""Ours at once; those of other packages once `all_layers` was asked for them."""


def register(layer: Any) -> None:
    """Add a kind of layer, above those before. Raises UserError where it is none, or its title is taken."""
    if not (
        isinstance(layer, type) and issubclass(layer, Layer) and isinstance(getattr(layer, "spec", None), LayerSpec)
    ):
        raise UserError(f"expected a subclass of Layer with a LayerSpec as its `spec`, found {layer!r}")
    if any(layer.spec.title == each.spec.title for each in LAYERS):
        raise UserError(f"there is a layer with the title {layer.spec.title!r} already")
    LAYERS.append(layer)


for _layer in (ClassNames,):
    register(_layer)


def all_layers() -> list[type[Layer]]:
    """The kinds of layers, the undermost first, those that other packages add included."""
    load_plugins("layers", register)
    return LAYERS
