"""Anomaly scores: how unusual an image is for a model and its data."""

from latent_explorer.analysis.anomaly.coding import Coded, Coder, coded, joined
from latent_explorer.analysis.anomaly.judge import SAMPLE, ImageJudge, sample_of, scores_for
from latent_explorer.analysis.anomaly.likelihood import HeldOutScores, Standing
from latent_explorer.analysis.anomaly.registry import MENDED, NOVEL, SCORES
from latent_explorer.analysis.anomaly.roc import RocCurve, auroc, roc_curve, share_above, threshold_at
from latent_explorer.analysis.anomaly.score import Score
