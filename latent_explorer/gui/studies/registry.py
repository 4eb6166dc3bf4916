"""The studies there are, in the order of the menu: ours, and those that other packages add."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.plugins import Registry

STUDIES = Registry("studies", StudySpec, "title")
register = STUDIES.register


def _own_image(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.own_image.study import OwnImageStudy

    return OwnImageStudy(uses)


OWN_IMAGE = "own-image"
register(
    StudySpec(
        OWN_IMAGE,
        "Own image",
        "Draw an image, drop or paste one: where it lies, its picture, and how likely it is to be of these data",
        _own_image,
        key="Ctrl+D",
    )
)
