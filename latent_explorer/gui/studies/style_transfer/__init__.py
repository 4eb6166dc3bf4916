"""Style transfer: the class of one image in the style of another, and grids of classes by styles."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.style_transfer.study import StyleStudy

    return StyleStudy(uses)


def _lacks(bundle: OpenBundle) -> str:
    if not bundle.config.net.classes:
        return "this model is given no class, so its latents hold content and style together; open a conditional one"
    return bundle.config.undecoded


STYLE_TRANSFER = StudySpec(
    "style-transfer",
    "Style transfer",
    "The class of one image in the style of another, what lies between, and a grid of classes by styles",
    _make,
    lacks=_lacks,
)
