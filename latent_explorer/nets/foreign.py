"""A model from another program: two functions between images and latents."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from latent_explorer.errors import UserError
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.families import NO_DECODER
from latent_explorer.nets.model import ImageBatch, LatentModel, Posterior
from latent_explorer.nets.spec import NetSpec

Function = Callable[[Tensor], Tensor]
_LEAST = 1e-6  # pixels are kept this far from 0 and 1, where logits are infinite


class ForeignModel(LatentModel):
    """A model made of functions, of torch or not; its spec has the family FOREIGN.

    decode: returns pictures float32 (n, c, h, w) in [0, 1] of latents (n, d); values outside are clipped, NaN becomes
    black; None without a decoder. encode: returns latents of such images; None without an encoder. differentiable:
    whether autograd supports `decode`; otherwise slopes are finite differences. module: the torch module that `decode`
    and `encode` call, if any, so that it moves to the model's device.
    """

    packs = False

    def __init__(
        self,
        spec: NetSpec,
        decode: Function | None,
        encode: Function | None = None,
        *,
        differentiable: bool = False,
        module: nn.Module | None = None,
    ) -> None:
        super().__init__(spec)
        self._decode, self._encode, self.differentiable = decode, encode, differentiable
        self.module = module

    @property
    def encodes(self) -> bool:
        return self._encode is not None

    @property
    def decodes(self) -> bool:
        return self._decode is not None

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        if self._decode is None:
            raise UserError(NO_DECODER)
        return self._decode(z).clamp(0, 1).nan_to_num(0)

    def decode_logits(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.decode(z).clamp(_LEAST, 1 - _LEAST).logit()

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        if self._encode is None:
            raise UserError("this model has no encoder: it decodes latents, and cannot encode images")
        return Posterior(self._encode(x), None)

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        raise UserError("a model of another program cannot be trained here: train it where it comes from")

    def draw(self, count: int, draws: Draws = UNSHARED) -> Tensor:
        return draws.normal((count, self.spec.latent_dim), torch.device("cpu"))
