"""Learning from a few labelled images: probes on latents, compared with pixels and PCA."""

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import LabelProbe, Learned
from latent_explorer.analysis.few_labels.registry import PROBES, probe_called
from latent_explorer.analysis.few_labels.space import PointSpace

__all__ = ["PROBES", "LabelProbe", "Labelled", "Learned", "PointSpace", "probe_called"]
