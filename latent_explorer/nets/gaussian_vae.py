"""The variational autoencoder with Gaussian noise on the pixels."""

import math

from torch import Tensor

from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import ImageBatch, Posterior
from latent_explorer.nets.vae import VariationalAutoencoder


class GaussianVae(VariationalAutoencoder):
    """The VAE whose pixels are Gaussian around the decoded picture (Kingma and Welling 2014, appendix C.2).

    Settings: noise, the standard deviation of a pixel, where white is 1. The KL term has weight 1: less noise has the
    effect of a smaller weight, and the loss remains a bound (Rybkin et al. 2021).
    """

    @property
    def pixel_noise(self) -> float:
        return self.settings["noise"]

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The Gaussian posterior of images (n, c, h, w) in [0, 1]."""
        return self.encode_unrefined(x)

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`loss`: reconstruction + prior kl, in nats per image, one sample each; the reconstruction is -log p(x|z)."""
        posterior, noise = self.encode_unrefined(batch.seen), self.settings["noise"]
        decoded = self.decode_logits(posterior.sample(draws)).float().sigmoid()
        errors = ((decoded - batch.x) / noise).square() / 2 + math.log(noise * math.sqrt(2 * math.pi))
        reconstruction, kl = errors.flatten(1).sum(1).mean(), posterior.kl().mean()
        return {"loss": reconstruction + batch.prior * kl, "reconstruction": reconstruction, "kl": kl}
