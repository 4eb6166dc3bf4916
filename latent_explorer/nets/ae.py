"""The autoencoder."""

from torch import Tensor

from latent_explorer.nets.corruption import Corruption, corrupt_by_degrees
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.model import ImageBatch, LatentModel, Posterior
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk

# The weight of the squared length of the latents: too small to cost accuracy, large enough for a compact map.
_LENGTH_WEIGHT = 0.02


class Autoencoder(LatentModel):
    """Squared error, one latent per image, held near the origin (Ghosh et al. 2020, RAE-L2).

    With settings for corruption, it encodes corrupted images and reconstructs the clean ones (Vincent et al. 2008).
    """

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        self.encoder = trunk.encoder(spec, spec.latent_dim)
        self.decoder = trunk.decoder(spec)
        self._corruption = Corruption.of(self.settings)

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The latents of images (n, c, h, w) in [0, 1], without variance."""
        return Posterior(self.encoder(x).float(), None)

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`loss`: squared error per image + 0.02 prior |z|²; `mse`: squared error per pixel."""
        latents = self.encode(corrupt_by_degrees(batch.seen, self._corruption, draws)).mean
        squared = (self.decode_logits(latents).float().sigmoid() - batch.x).square()
        length = latents.square().sum(1).mean() * (batch.prior * _LENGTH_WEIGHT)
        return {"loss": squared.flatten(1).sum(1).mean() + length, "mse": squared.mean()}
