"""Distances between places, and how much they vary over models that are the same but for their layout."""

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths import Space
from latent_explorer.paths.asking import answered
from latent_explorer.paths.distances import Distances, distance_steps, variation

PLACES = np.random.default_rng(0).uniform(-1, 1, (5, 2))


def measured(bend: float) -> Distances:
    """Of a space in which the same pictures lie elsewhere: x is bent, and the decoder undoes that."""

    def decode(z: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([np.arcsinh(bend * z[:, 0]) / bend, z[:, 1]], axis=1).astype(np.float32)

    laid_out = np.stack([np.sinh(bend * PLACES[:, 0]) / bend, PLACES[:, 1]], axis=1).astype(np.float32)
    return answered(distance_steps(Space(2), laid_out), decode, None)


def test_geodesic_distances_are_those_of_the_pictures_however_latents_are_laid_out() -> None:
    flat = np.linalg.norm(PLACES[:, None] - PLACES, axis=2)
    found = measured(1.5)
    np.testing.assert_allclose(found.geodesic, flat, rtol=0.01)
    assert np.abs(found.euclidean / np.where(flat, flat, 1) - 1).max() > 0.1


def test_geodesic_distances_vary_less_over_models_than_euclidean_ones() -> None:
    found = variation([measured(0.2), measured(1.0), measured(2.0)])
    euclidean, geodesic = found.means
    assert found.models == 3
    assert geodesic < 0.1 * euclidean


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(UserError, match="expected 2 to 40 places, found 1"):
        answered(distance_steps(Space(2), PLACES[:1].astype(np.float32)), None, None)
    with pytest.raises(UserError, match="no geodesic distances here: this model has no decoder"):
        answered(distance_steps(Space(2, decodes=False), PLACES.astype(np.float32)), None, None)
    with pytest.raises(UserError, match="in two models or more, found 1"):
        variation([measured(1.0)])
