"""A network that makes pictures of draws, with an optional encoder trained afterwards on its own pictures."""

from collections.abc import Collection

import torch
from torch import Tensor, nn

from latent_explorer.nets.draws import Draws, seeded
from latent_explorer.nets.model import LatentModel, Posterior
from latent_explorer.nets.refine import inverted_from
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk

_AT_ONCE = 64
"""Latents optimised together: each needs as many pictures as it has dimensions."""

_POOL, _POOL_BYTES, _NEAREST = 2048, 2**26, 2
"""Draws, of which those with the nearest pictures are tried besides the encoder's latent, which may lie on the wrong
side of a fold of the map, or be of an image unlike any picture."""

STARTS = 1 + _NEAREST
"""Starting points of the search for the latent of an image."""


class Generator(LatentModel):
    """The base of families without an encoder in training, so that real images have latents as well.

    encoder: None until `add_encoder`. The latent of an image is the encoder's result, improved by optimisation: an
    encoder that has seen only the generator's own pictures is wrong on images that are slightly different.
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
        """Add an untrained encoder, on the device of the decoder."""
        device = next(self.decoder.parameters()).device
        self.encoder, self.refines = self._trunk.encoder(self.spec, self.spec.latent_dim).to(device), True

    def drop_encoder(self) -> None:
        """Remove the encoder."""
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
        starts = torch.cat([posterior.mean[:, None], self._nearest(x)], 1)
        parts = zip(torch.split(x, _AT_ONCE // STARTS), torch.split(starts, _AT_ONCE // STARTS), strict=True)
        return Posterior(torch.cat([inverted_from(self.decode, images, z) for images, z in parts]), None)

    def _nearest(self, x: Tensor) -> Tensor:
        """The draws (n, s, d) whose pictures are nearest to the images x, among a fixed set."""
        with torch.inference_mode(mode=False), torch.no_grad():
            if self._drawn is None or self._drawn[0].device != x.device:
                count = max(_NEAREST, min(_POOL, _POOL_BYTES // (4 * x[0].numel())))
                draws = self.draw(count, Draws(seeded(x.device, 0)))
                self._drawn = draws, torch.cat([self.decode(z).flatten(1) for z in torch.split(draws, _AT_ONCE)])
        draws, pictures = self._drawn
        return draws[torch.cdist(x.flatten(1), pictures).topk(_NEAREST, largest=False).indices]

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        if self.encoder is None:
            return super().encode(x)
        return Posterior(self.encoder(x).float(), None)
