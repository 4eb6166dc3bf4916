"""The registry of studies in menu order, including those of other packages."""

from latent_explorer.gui.studies.anomalies import ANOMALIES
from latent_explorer.gui.studies.attributes import ATTRIBUTE_STUDY
from latent_explorer.gui.studies.compression import COMPRESSION
from latent_explorer.gui.studies.few_labels import FEW_LABELS
from latent_explorer.gui.studies.image_sets import IMAGE_SETS_STUDY
from latent_explorer.gui.studies.own_image import OWN_IMAGE_STUDY
from latent_explorer.gui.studies.study import StudySpec
from latent_explorer.gui.studies.style_transfer import STYLE_TRANSFER
from latent_explorer.plugins import Registry

STUDIES = Registry("studies", StudySpec, "title")
register = STUDIES.register

for _spec in (OWN_IMAGE_STUDY, IMAGE_SETS_STUDY, ANOMALIES, COMPRESSION, ATTRIBUTE_STUDY, STYLE_TRANSFER, FEW_LABELS):
    register(_spec)
