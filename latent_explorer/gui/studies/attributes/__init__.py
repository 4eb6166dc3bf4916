"""Attributes: a slider for each direction through the probe, a strip along one, and a grid spanned by two."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.attributes.study import AttributeStudy

    return AttributeStudy(uses)


def _lacks(bundle: OpenBundle) -> str:
    if not bundle.config.decodes:
        return "this model has no decoder, and attributes are measured on the pictures that it makes"
    few = len(bundle.latents) < 3
    return "directions are learnt of three images at least, and this model has fewer" if few else ""


ATTRIBUTE_STUDY = StudySpec(
    "attributes",
    "Attributes",
    "Change one attribute of the picture at the probe, or go along other directions; see the neighbourhood they span",
    _make,
    lacks=_lacks,
)
