"""One's own image: drawn, dropped or pasted, and where it is on the map."""

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
