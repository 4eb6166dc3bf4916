"""The names that the window has of what a lesson may ask for."""

from latent_explorer.charts import CHARTS
from latent_explorer.fields import layer_fields
from latent_explorer.gui.docks import TITLES
from latent_explorer.gui.layers.point_colours import colourings
from latent_explorer.gui.layers.points import POINTS
from latent_explorer.gui.layers.registry import LAYERS
from latent_explorer.gui.layers.thumbnails import REAL_IMAGES
from latent_explorer.gui.layers.tiles import DECODED
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.lessons import Vocabulary
from latent_explorer.paths import CURVES


def vocabulary() -> Vocabulary:
    """Of layers and panels the titles, of all else the names that files use."""
    layers = (DECODED, POINTS, REAL_IMAGES, *LAYERS.values())
    return {
        "layer": [*(layer.title for layer in layers), *(field.title for field in layer_fields())],
        "chart": list(CHARTS),
        "curve": list(CURVES),
        "colouring": list(colourings()),
        "panel": [*TITLES, *(study.title for study in STUDIES.values())],
    }
