"""The families: what is learnt, whatever the trunk."""

from torch import Tensor

from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import LatentModel, Posterior, bernoulli_nats, scaled
from latent_explorer.nets.refine import refined

# Wide enough for any posterior met in practice, narrow enough that no exponential overflows.
LOG_VARIANCE_RANGE = (-14.0, 6.0)
# Of the squared length of an autoencoder's latents: too weak to cost accuracy, strong enough to keep the map compact.
LENGTH_WEIGHT = 0.02


class Autoencoder(LatentModel):
    """The autoencoder: squared error, one latent per image, held near the origin (Ghosh et al. 2020, RAE-L2)."""

    @staticmethod
    def encoder_outputs(latent_dim: int) -> int:
        """One number per latent dimension."""
        return latent_dim

    def encode(self, x: Tensor) -> Posterior:
        """The latents of images (n, c, h, w) in [0, 1], without variance."""
        return Posterior(self.encoder(x).float(), None)

    def losses(
        self, x: Tensor, draws: Draws = UNSHARED, *, seen: Tensor | None = None, prior: float | Tensor = 1.0
    ) -> dict[str, Tensor]:
        """`loss`: squared error per image + 0.02 prior |z|²; `mse`: squared error per pixel."""
        latents = self.encode(x if seen is None else seen).mean
        squared = (self.decode_logits(latents).float().sigmoid() - x).square()
        length = scaled(latents.square().sum(1).mean(), prior * LENGTH_WEIGHT)
        return {"loss": squared.flatten(1).sum(1).mean() + length, "mse": squared.mean()}


class VariationalAutoencoder(LatentModel):
    """The VAE (Kingma and Welling 2014) with a weight beta on the KL term (Higgins et al. 2017)."""

    @staticmethod
    def encoder_outputs(latent_dim: int) -> int:
        """A mean and a log-variance per latent dimension."""
        return 2 * latent_dim

    def encode(self, x: Tensor) -> Posterior:
        """The Gaussian posterior of images (n, c, h, w) in [0, 1], refined as the spec says unless in training."""
        posterior = self._amortised(x)
        for _ in range(0 if self.training else self.spec.refinements):
            posterior = refined(self.decode_logits, x, posterior, self.spec.beta)
        return posterior

    def _amortised(self, x: Tensor) -> Posterior:
        mean, log_variance = self.encoder(x).float().chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(*LOG_VARIANCE_RANGE))

    def losses(
        self, x: Tensor, draws: Draws = UNSHARED, *, seen: Tensor | None = None, prior: float | Tensor = 1.0
    ) -> dict[str, Tensor]:
        """`loss`: reconstruction + prior beta kl, in nats per image, one sample each, without refinement."""
        posterior = self._amortised(x if seen is None else seen)
        reconstruction = bernoulli_nats(self.decode_logits(posterior.sample(draws)), x).mean()
        kl = posterior.kl().mean()
        return {"loss": reconstruction + scaled(kl, prior * self.spec.beta), "reconstruction": reconstruction, "kl": kl}
