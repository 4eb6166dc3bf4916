"""The variational autoencoder."""

from torch import Tensor

from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import ImageBatch, LatentModel, Posterior, bernoulli_nats
from latent_explorer.nets.refine import refined
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk

# Wide enough for any posterior in practice, narrow enough that no exponential overflows.
_LOG_VARIANCE_RANGE = (-14.0, 6.0)


class VariationalAutoencoder(LatentModel):
    """The VAE (Kingma and Welling 2014) with a weight beta on the KL term (Higgins et al. 2017).

    Settings: beta; refinements, the steps that improve the latents of each image outside of training.
    """

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        self.encoder = trunk.encoder(spec, 2 * spec.latent_dim)
        self.decoder = trunk.decoder(spec)
        self.refines = self.settings.get("refinements", 0) > 0

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The Gaussian posterior of images (n, c, h, w) in [0, 1], refined unless in training."""
        posterior = self.encode_unrefined(x)
        for _ in range(0 if self.training else int(self.settings["refinements"])):
            posterior = refined(self.decode_logits, x, posterior, self.settings["beta"])
        return posterior

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        mean, log_variance = self.encoder(x).float().chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(*_LOG_VARIANCE_RANGE))

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`loss`: reconstruction + prior beta kl, in nats per image, one sample each, without refinement."""
        posterior = self.encode_unrefined(batch.seen)
        reconstruction = bernoulli_nats(self.decode_logits(posterior.sample(draws)), batch.x).mean()
        kl = posterior.kl().mean()
        weight = batch.prior * self.settings["beta"]
        return {"loss": reconstruction + weight * kl, "reconstruction": reconstruction, "kl": kl}
