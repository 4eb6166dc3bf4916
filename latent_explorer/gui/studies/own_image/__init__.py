"""One's own image: drawn, dropped or pasted, and where it is on the map."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.own_image.study import OwnImageStudy

    return OwnImageStudy(uses)


OWN_IMAGE_STUDY = StudySpec(
    "own-image",
    "Own image",
    "Draw an image, drop or paste one: where it lies, its picture, and how likely it is to be of these data",
    _make,
    key="Ctrl+D",
    begins=lambda state: state.own is not None,
)


class TakesPictures(Protocol):
    """What this study can do."""

    def read(self, path: Path) -> None: ...
    def paste(self) -> None: ...


def read_picture(show: Callable[[str], Study], path: Path) -> None:
    """Have the picture in a file placed on the map. show: the study of a name, brought to the front."""
    cast(TakesPictures, show(OWN_IMAGE_STUDY.name)).read(path)


def paste_picture(show: Callable[[str], Study]) -> None:
    """Have the picture on the clipboard placed on the map. show: as in `read_picture`."""
    cast(TakesPictures, show(OWN_IMAGE_STUDY.name)).paste()
