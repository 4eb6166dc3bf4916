"""Baseline scores without a model: principal components, and the nearest training image."""

import numpy as np

from latent_explorer.analysis.anomaly.coding import Coded, Reals
from latent_explorer.analysis.anomaly.place import nearest_of_others
from latent_explorer.analysis.anomaly.score import Measure, Score
from latent_explorer.analysis.neighbourhood import Nearest

COMPONENTS = 30


def _components(usual: Coded) -> Measure:
    from sklearn.decomposition import PCA

    count = min(COMPONENTS, *usual.x.shape)
    found = PCA(count, svd_solver="randomized", random_state=0).fit(usual.x)
    middle, axes = found.mean_.astype(np.float32), found.components_.astype(np.float32)

    def measure(images: Coded) -> Reals:
        apart = images.x - middle
        errors: Reals = np.square(apart - (apart @ axes.T) @ axes).mean(1, dtype=np.float64)
        return errors

    return measure


def _pixels(usual: Coded) -> Measure:
    nearest = Nearest(usual.x)
    return lambda images: nearest_of_others(nearest, images, images.x, 1)


PCA_30 = Score(
    name="pca-30",
    title=f"PCA, {COMPONENTS} components",
    sentence=f"The mean squared error of what {COMPONENTS} principal components of the training images make of the "
    "image: no network is involved.",
    fit=_components,
    needs_sample=True,
    unit="mean squared error",
    baseline=True,
)
PIXEL_NEAREST = Score(
    name="pixel-1-nn",
    title="Nearest image, by pixels",
    sentence="How far the nearest training image is, pixel by pixel: no network is involved.",
    fit=_pixels,
    needs_sample=True,
    unit="distance of pixels",
    baseline=True,
)
