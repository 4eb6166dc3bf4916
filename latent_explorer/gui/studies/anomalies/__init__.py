"""Anomalies: scores, a threshold, the oddest images, and how well a second set is separated."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.anomalies.study import AnomalyStudy

    return AnomalyStudy(uses)


def _imageless(bundle: OpenBundle) -> str:
    return bundle.config.imageless


ANOMALIES = StudySpec(
    "anomalies",
    "Anomalies",
    "How odd images are by several scores: the oddest of the data, a threshold, and how well another set is told from "
    "the model's own.",
    _make,
    lacks=_imageless,
)
