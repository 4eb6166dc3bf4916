"""The user's image sets: placed on the map, listed, coloured, exported."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.image_sets.study import ImageSetsStudy

    return ImageSetsStudy(uses)


class PlacesImages(Protocol):
    """The interface of this study."""

    def place(self, paths: Sequence[Path]) -> None: ...


def place_set(show: Callable[[str], Study], paths: Sequence[Path]) -> None:
    """Place the images at paths as a new set. show: raises a study by name."""
    study = cast(PlacesImages, show(IMAGE_SETS_STUDY.name))
    study.place(paths)


def _lacks(bundle: OpenBundle) -> str:
    config = bundle.config
    return "" if config.encodes or config.decodes else "this model has neither an encoder nor a decoder"


IMAGE_SETS_STUDY = StudySpec(
    "image-sets",
    "Image sets",
    "Where do many images of your own lie, and how odd are they for this model? A folder is placed, coloured, listed "
    "and exported with latents and scores.",
    _make,
    lacks=_lacks,
    begins=lambda state: bool(state.sets),
)
