"""A network that makes pictures of draws, and may be given an encoder afterwards, taught on its own pictures."""

from collections.abc import Collection

import torch
from torch import Tensor, nn

from latent_explorer.nets.model import LatentModel, Posterior
from latent_explorer.nets.refine import inverted
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk

_AT_ONCE = 64
"""Images that are inverted together: of each there are as many pictures as the latents have dimensions."""


class Generator(LatentModel):
    """What a family without an encoder of its own builds on, so that real images have places all the same.

    encoder: None until `add_encoder`. A latent of an image is what it says, improved on by optimisation: an encoder
    that has seen nothing but the generator's own pictures is wrong on images that are not quite like them.
    """

    only_in_training = ("discriminator",)

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        self._trunk = trunk
        self.encoder: nn.Module | None = None

    @property
    def encodes(self) -> bool:
        return self.encoder is not None

    def add_encoder(self) -> None:
        """Have an encoder, on the device of the decoder, that is still to be taught."""
        device = next(self.decoder.parameters()).device
        self.encoder, self.refines = self._trunk.encoder(self.spec, self.spec.latent_dim).to(device), True

    def drop_encoder(self) -> None:
        """Have none again."""
        self.encoder, self.refines = None, False

    def fit_to(self, parts: Collection[str]) -> None:
        for part in set(self.only_in_training) - set(parts):
            setattr(self, part, None)
        if "encoder" in parts:
            self.add_encoder()

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The latents of images (n, c, h, w) in [0, 1], without variance, refined unless in training."""
        posterior = self.encode_unrefined(x)
        if self.training:
            return posterior
        parts = zip(torch.split(x, _AT_ONCE), torch.split(posterior.mean, _AT_ONCE), strict=True)
        return Posterior(torch.cat([inverted(self.decode, images, z) for images, z in parts]), None)

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        if self.encoder is None:
            return super().encode(x)
        return Posterior(self.encoder(x).float(), None)
