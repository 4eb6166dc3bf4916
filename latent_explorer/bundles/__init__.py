"""Bundles on disk: saved whole, and loaded only if every part fits the configuration. Free of torch."""

from latent_explorer.bundles.config import BundleConfig, DatasetRecord, Moment, ProgramRecord, TrainingRecord
from latent_explorer.bundles.files import FORMAT, TILES_BYTES
from latent_explorer.bundles.latents import DRAWN, Fits, Latents, Tiles
from latent_explorer.bundles.reading import (
    check_bundle,
    read_config,
    read_fits,
    read_latents,
    read_program,
    read_tiles,
    read_weights,
)
from latent_explorer.bundles.saving import add_fits, add_tiles, change_card, save_bundle, save_snapshot
