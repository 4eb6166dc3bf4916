"""Paths: curves through latent space between two points."""

from latent_explorer.paths.curves import CURVES as CURVES
from latent_explorer.paths.curves import EASINGS as EASINGS
from latent_explorer.paths.curves import Path, path_latents
from latent_explorer.paths.walks import spherical as spherical
from latent_explorer.paths.walks import straight as straight
from latent_explorer.paths.walks import walk as walk
