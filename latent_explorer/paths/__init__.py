"""Paths: curves through latent space between two points."""

from latent_explorer.paths.curves import CURVES, EASINGS, Path, path_latents
