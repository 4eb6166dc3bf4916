"""Placing images dropped on a map: a single one as the user's own image, several as a set."""

from collections.abc import Callable, Sequence
from pathlib import Path

from latent_explorer.file_kinds import is_image
from latent_explorer.gui.studies.image_sets import place_set
from latent_explorer.gui.studies.own_image import read_picture
from latent_explorer.gui.studies.study import Study


def place_images(show: Callable[[str], Study], paths: Sequence[Path]) -> None:
    """Place the images at paths on the map. show: raises a study by name."""
    if len(paths) == 1 and is_image(paths[0]):
        read_picture(show, paths[0])
    else:
        place_set(show, paths)
