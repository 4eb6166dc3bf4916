"""Bundles on disk: saved whole, and loaded only when everything fits their configuration. Free of torch."""

from latent_explorer.bundles.config import BundleConfig, DatasetRecord, TrainingRecord
from latent_explorer.bundles.latents import Latents
from latent_explorer.bundles.limits import FORMAT
from latent_explorer.bundles.reading import check_bundle, read_config, read_latents, read_weights
from latent_explorer.bundles.saving import save_bundle

__all__ = [
    "FORMAT",
    "BundleConfig",
    "DatasetRecord",
    "Latents",
    "TrainingRecord",
    "check_bundle",
    "read_config",
    "read_latents",
    "read_weights",
    "save_bundle",
]
