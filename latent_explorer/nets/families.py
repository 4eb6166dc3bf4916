"""The families: what is learnt, whatever the trunk."""

from torch import Tensor

from latent_explorer.nets.model import LatentModel, Posterior, bernoulli_nats

# Wide enough for any posterior met in practice, narrow enough that no exponential overflows.
_LOG_VARIANCE_RANGE = (-14.0, 6.0)


class Autoencoder(LatentModel):
    """The autoencoder: squared error, a latent per image (Hinton and Salakhutdinov 2006)."""

    @staticmethod
    def encoder_outputs(latent_dim: int) -> int:
        """One number per latent dimension."""
        return latent_dim

    def encode(self, x: Tensor) -> Posterior:
        """The latents of images (n, c, h, w) in [0, 1], without variance."""
        return Posterior(self.encoder(x).float(), None)

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """`loss`: squared error summed over the pixels, mean over the images; `mse`: the same, mean over the pixels."""
        squared = (self.decode(self.encode(x).mean).float() - x).square()
        return {"loss": squared.flatten(1).sum(1).mean(), "mse": squared.mean()}


class VariationalAutoencoder(LatentModel):
    """The VAE (Kingma and Welling 2014) with a weight beta on the KL term (Higgins et al. 2017)."""

    @staticmethod
    def encoder_outputs(latent_dim: int) -> int:
        """A mean and a log-variance per latent dimension."""
        return 2 * latent_dim

    def encode(self, x: Tensor) -> Posterior:
        """The Gaussian posterior of images (n, c, h, w) in [0, 1]."""
        mean, log_variance = self.encoder(x).float().chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(*_LOG_VARIANCE_RANGE))

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """`loss`: reconstruction + beta kl, in nats per image, one sample each (Bernoulli grey levels)."""
        posterior = self.encode(x)
        reconstruction = bernoulli_nats(self.decode_logits(posterior.sample()), x).mean()
        kl = posterior.kl().mean()
        return {"loss": reconstruction + self.spec.beta * kl, "reconstruction": reconstruction, "kl": kl}
