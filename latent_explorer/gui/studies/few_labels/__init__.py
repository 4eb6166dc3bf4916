"""Few labels: labelling images by hand, learning with a probe, and which image to label next."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.few_labels.labelling import Labelling

    return Labelling(uses)


def _lacks(bundle: OpenBundle) -> str:
    return bundle.config.imageless


FEW_LABELS = StudySpec(
    "few-labels",
    "Few labels",
    "What a model knows before it is told anything: label a handful of images, and see how many others follow.",
    _make,
    lacks=_lacks,
)
