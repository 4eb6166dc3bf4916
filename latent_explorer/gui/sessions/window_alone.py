"""Parts of a map that only the window draws: results of studies on the user's labels and images."""

from collections.abc import Iterator

from latent_explorer.fields import FIELDS
from latent_explorer.gui.layers.image_sets import IMAGE_SETS
from latent_explorer.gui.layers.point_colours import COLOURINGS
from latent_explorer.session.saved import SavedLook, SavedMap


def drawn_by_a_window_alone(saved: SavedMap, look: SavedLook) -> Iterator[str]:
    """Parts of a saved map that no command draws, as texts that follow "without"."""
    taught = len({label for _, label in saved.labels.of}) > 1
    if taught and look.point_colour in COLOURINGS and COLOURINGS[look.point_colour].given:
        yield "the colours that its points have by labels given in Few labels"
    for layer in saved.layers:
        field = FIELDS.get(layer.name)
        if layer.shown and taught and field is not None and field.needs_given:
            yield f"the layer {field.title}, which is learned from labels given in Few labels"
        if layer.shown and saved.sets and layer.name == IMAGE_SETS.name:
            yield f"the layer {IMAGE_SETS.title}"
