"""A network that makes pictures of draws, and may be given an encoder afterwards, taught on its own pictures."""

from collections.abc import Collection

import torch
from torch import Tensor, nn

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import LatentModel, Posterior
from latent_explorer.nets.refine import inverted
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk

_AT_ONCE = 64
"""Images that are inverted together: of each there are as many pictures as the latents have dimensions."""

_FEW, _STARTS = 3, 2048
"""Dimensions up to which the pictures of so many draws lie so close together that an image may begin from the nearest:
what an encoder says of a map that folds may lie on the wrong side of a fold."""


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
        self._drawn: tuple[Tensor, Tensor] | None = None

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
        begun = self._nearest(x, posterior.mean) if self.spec.latent_dim <= _FEW else posterior.mean
        parts = zip(torch.split(x, _AT_ONCE), torch.split(begun, _AT_ONCE), strict=True)
        return Posterior(torch.cat([inverted(self.decode, images, z) for images, z in parts]), None)

    def _nearest(self, x: Tensor, z: Tensor) -> Tensor:
        """The latents z (n, d) of images x, or those of the nearest of many pictures where these are nearer."""
        with torch.inference_mode(mode=False), torch.no_grad():
            if self._drawn is None or self._drawn[0].device != x.device:
                draws = self.draw(_STARTS, Draws(torch.Generator(x.device).manual_seed(0)))
                self._drawn = draws, self.decode(draws).flatten(1)
        apart, numbers = torch.cdist(x.flatten(1), self._drawn[1]).min(1)
        nearer = apart < (self.decode(z) - x).flatten(1).norm(dim=1)
        return torch.where(nearer[:, None], self._drawn[0][numbers], z)

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        if self.encoder is None:
            return super().encode(x)
        return Posterior(self.encoder(x).float(), None)
