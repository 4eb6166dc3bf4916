"""Images of one's own that were dropped on a map: one alone is placed by itself, several are a set."""

from collections.abc import Callable, Sequence
from pathlib import Path

from latent_explorer.file_kinds import is_image
from latent_explorer.gui.studies.image_sets import place_set
from latent_explorer.gui.studies.own_image import read_picture
from latent_explorer.gui.studies.study import Study


def place_images(show: Callable[[str], Study], paths: Sequence[Path]) -> None:
    """Have the images at some paths placed on the map. show: the study of a name, brought to the front."""
    if len(paths) == 1 and is_image(paths[0]):
        read_picture(show, paths[0])
    else:
        place_set(show, paths)
