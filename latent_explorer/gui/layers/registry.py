"""The registry of layers besides pictures, fields, points and thumbnails, including those of other packages."""

from latent_explorer.errors import UserError
from latent_explorer.gui.layers.class_names import CLASS_NAMES
from latent_explorer.gui.layers.image_sets import IMAGE_SETS
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.layers.residuals import RESIDUALS
from latent_explorer.gui.layers.translated import TRANSLATED
from latent_explorer.plugins import Registry


def _check(spec: LayerSpec) -> None:
    if spec.make is None:
        raise UserError(f"the layer {spec.name!r} cannot be made: expected a function of its spec as `make`")


LAYERS = Registry("layers", LayerSpec, "title", check=_check)
register = LAYERS.register

for _spec in (TRANSLATED, RESIDUALS, IMAGE_SETS, CLASS_NAMES):
    register(_spec)


def more_layers() -> list[Layer]:
    """A new layer of each kind, the lowest first."""
    return [spec.make(spec) for spec in LAYERS.values() if spec.make]
