"""The conditional autoencoder: the latents of each class follow the prior."""

from torch import Tensor

from latent_explorer.nets.conditional import ConditionalModel
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import ImageBatch, Posterior


class ConditionalAutoencoder(ConditionalModel):
    """A conditional Wasserstein autoencoder (Tolstikhin et al. 2018, WAE-MMD).

    The latents of every class are matched to the prior, which both regularises them and makes them independent of the
    class. Settings: independence, the weight of that term; consistency, of keeping the style under another class;
    strokes, of keeping the stroke width in the latents.
    """

    numbers_each = 1

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The latents of images (n, c, h, w) in [0, 1], whatever their class, without variance."""
        return Posterior(self.encoder(x).float(), None)

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`loss`: squared error per image + the `style_terms`, which compare latents of each class with the prior.

        mse: squared error per pixel.
        """
        labels = self.told(batch)
        posterior = self.encode(batch.seen)
        z = posterior.mean
        squared = (self.decode(z, labels).float() - batch.x).square()
        weighted, terms = self.style_terms(batch, posterior, z, None, draws.normal(z.shape, z.device), draws)
        return {"loss": squared.flatten(1).sum(1).mean() + weighted, "mse": squared.mean(), **terms}
