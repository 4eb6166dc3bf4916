"""The scores, by name."""

from latent_explorer.analysis.anomaly.baselines import PCA_30, PIXEL_NEAREST
from latent_explorer.analysis.anomaly.novelty import NOVELTY, PER_INK
from latent_explorer.analysis.anomaly.place import DISTANCE, RADIUS, TYPICALITY
from latent_explorer.analysis.anomaly.reconstruction import EXCESS, NEGATIVE_ELBO, RECONSTRUCTION
from latent_explorer.analysis.anomaly.score import Score
from latent_explorer.plugins import Registry

SCORES: Registry[Score] = Registry("scores", Score, "title")
register = SCORES.register
MENDED = EXCESS
"""The score that, unlike the -ELBO, does not prefer dark, simple images."""
NOVEL = NOVELTY
"""The score that separates images of one class best from those of similar classes."""

for _score in (
    EXCESS, PER_INK, NEGATIVE_ELBO, RECONSTRUCTION, DISTANCE, NOVELTY, RADIUS, TYPICALITY, PCA_30, PIXEL_NEAREST,
):  # fmt: skip
    register(_score)
