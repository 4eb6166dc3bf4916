"""Paths: curves through latent space between two places, possibly through others."""

from latent_explorer.paths.curve import Curve as Curve
from latent_explorer.paths.curve import Easing as Easing
from latent_explorer.paths.curves import Path, path_latents
from latent_explorer.paths.figures import PathFigures as PathFigures
from latent_explorer.paths.registry import CURVES as CURVES
from latent_explorer.paths.registry import EASINGS as EASINGS
from latent_explorer.paths.space import Space as Space
from latent_explorer.paths.walking import WalkedPath as WalkedPath
from latent_explorer.paths.walks import density as density
from latent_explorer.paths.walks import geodesic as geodesic
from latent_explorer.paths.walks import measure as measure
from latent_explorer.paths.walks import same_class as same_class
from latent_explorer.paths.walks import spherical as spherical
from latent_explorer.paths.walks import straight as straight
from latent_explorer.paths.walks import through_images as through_images
from latent_explorer.paths.walks import walk as walk
