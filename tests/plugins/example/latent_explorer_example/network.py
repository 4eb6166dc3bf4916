"""The network of the family."""

from latent_explorer.nets.ae import Autoencoder


class AbsoluteAutoencoder(Autoencoder):
    """An autoencoder that is trained on absolute errors, summed over the pixels."""

    def losses(self, batch, draws=None):
        return {"loss": (self.decode(self.encode(batch.seen).mean) - batch.x).abs().flatten(1).sum(1).mean()}
