"""Spread: of a bundle with variances, that of the clouds; of one without, refused."""

from pathlib import Path

import numpy as np

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.places import find_bundle
from latent_explorer.service.codec import Refused


def test_on_an_image_it_is_that_of_its_own_cloud() -> None:
    folder = find_bundle("mnist-vae-2d")
    latents = read_latents(folder, read_config(folder))
    z, deviations = latents.mean[::7000], np.exp(latents.log_variance[::7000].astype(float) / 2)
    replies = serve_inline([Open(1, str(folder)), Evaluate(2, "spread", z)])[1:]
    values = np.concatenate([reply.content for reply in replies if isinstance(reply, Values)])
    np.testing.assert_allclose(values[:, 0], np.sqrt(deviations.prod(1)), rtol=0.02)
    assert values.min() < 0.7 * values.max()  # it is no constant


def test_an_autoencoder_has_none(small_bundle: Path) -> None:
    z = np.zeros((3, 2), np.float32)
    (refused,) = serve_inline([Open(1, str(small_bundle)), Evaluate(2, "spread", z)])[1:]
    assert isinstance(refused, Refused)
    assert refused.reason == "these latents have no variances, and so no spread"
