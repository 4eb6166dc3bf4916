"""The conditional variational autoencoder."""

from torch import Tensor

from latent_explorer.nets.conditional import ConditionalModel
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import ImageBatch, Posterior, bernoulli_nats

_LOG_VARIANCE_RANGE = (-14.0, 6.0)


class ConditionalVae(ConditionalModel):
    """A VAE whose decoder gets the class (Kingma et al. 2014, M2; Sohn et al. 2015).

    The bound alone leaves some class information in the latents, so the latents of each class are matched to those of
    all. Settings: beta, the weight of the KL term; independence, of this matching; consistency, of keeping the style
    under another class; strokes, of keeping the stroke width in the latents.
    """

    numbers_each = 2

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The Gaussian posterior of images (n, c, h, w) in [0, 1], whatever their class."""
        mean, log_variance = self.encoder(x).float().chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(*_LOG_VARIANCE_RANGE))

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`loss`: that of a VAE + the `style_terms`, which compare the means of each class with those of all.

        reconstruction, kl: in nats per image.
        """
        labels = self.told(batch)
        posterior, noise = self.encode(batch.seen), draws.normal((len(batch.x), self.spec.latent_dim), batch.x.device)
        z = posterior.at(noise)
        reconstruction = bernoulli_nats(self.decode_logits(z, labels), batch.x).mean()
        kl = posterior.kl().mean()
        weighted, terms = self.style_terms(batch, posterior, z, noise, None, draws)
        loss = reconstruction + batch.prior * self.settings["beta"] * kl + weighted
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl, **terms}
