"""What can be learned from a handful of labelled images: probes on latents, and the same on pixels and PCA beside."""

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import Learned, Probe
from latent_explorer.analysis.few_labels.registry import PROBES, probe_called
from latent_explorer.analysis.few_labels.space import Space

__all__ = ["PROBES", "Labelled", "Learned", "Probe", "Space", "probe_called"]
