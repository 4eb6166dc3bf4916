"""The ways in which a decoder can be run, each a function from a decoder to one that computes the same."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from latent_explorer.engine.onednn import packed
from latent_explorer.nets.model import LatentModel


@dataclass(frozen=True)
class DecodePath:
    """One way of running a decoder.

    convert: a decoder, from (n, d) to logits (n, c, h, w), to another that leaves the first as it is; it may raise
    whatever the library behind it raises where the machine lacks something.
    suits: whether it is worth a trial, for a decoder on a device.
    at_opening: whether the engine may take it; the others are only measured by `bench decode`.
    """

    name: str
    convert: Callable[[nn.Module], nn.Module]
    suits: Callable[[nn.Module, torch.device], bool]
    at_opening: bool

    def through(self, model: LatentModel) -> LatentModel:
        """The model with its decoder run this way, all else shared."""
        converted = copy.copy(model)
        converted._modules = {**model._modules, "decoder": self.convert(model.decoder)}
        return converted


class Bfloat16(nn.Module):
    """A decoder computed with 8 significant bits, float32 in and out."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self._decoder = copy.deepcopy(decoder).bfloat16()

    def forward(self, z: Tensor) -> Tensor:
        """Shape (n, d) in, (n, c, h, w) out."""
        logits: Tensor = self._decoder(z.bfloat16())
        return logits.float()


def channels_last(decoder: nn.Module) -> nn.Module:
    """A copy whose convolutions keep the channels of a pixel side by side in memory."""
    copied: nn.Module = copy.deepcopy(decoder).to(memory_format=torch.channels_last)
    return copied


def compiled(decoder: nn.Module) -> nn.Module:
    """Through torch.compile with frozen weights: seconds of a C++ compiler at the first picture."""
    return cast(nn.Module, torch.compile(decoder, dynamic=True, options={"freezing": True}))


def is_convolutional(decoder: nn.Module) -> bool:
    """Whether there is a two-dimensional convolution among its layers."""
    return any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in decoder.modules())


EAGER = DecodePath("eager", lambda decoder: decoder, lambda _decoder, _device: True, at_opening=True)

PATHS = (
    EAGER,
    DecodePath(
        "channels_last",
        channels_last,
        lambda decoder, device: is_convolutional(decoder) and device.type in ("cpu", "cuda"),
        at_opening=True,
    ),
    DecodePath("oneDNN", packed, lambda _decoder, device: device.type == "cpu", at_opening=True),
    DecodePath("torch.compile", compiled, lambda _decoder, device: device.type in ("cpu", "cuda"), at_opening=False),
    # never by default, whatever its pictures: fields come from differences between pictures that it cannot tell apart
    DecodePath("bfloat16", Bfloat16, lambda _decoder, device: device.type in ("cpu", "cuda"), at_opening=False),
)
"""All there are. OpenVINO is not among them: see CONTRIBUTING, section Decoding, for what it reached."""
