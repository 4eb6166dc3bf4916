"""Encoder and decoder halves for images of any shape and latents of any dimension."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from torch import Tensor, nn

from latent_explorer.nets.spec import NetSpec


@dataclass(frozen=True)
class Trunk:
    """Builds the two halves of a network.

    encoder: (spec, outputs) -> a module from (n, c, h, w) to (n, outputs).
    decoder: spec -> a plain sequence from (n, d) to (n, c, h, w), easy to freeze and fuse.
    """

    encoder: Callable[[NetSpec, int], nn.Sequential]
    decoder: Callable[[NetSpec], nn.Sequential]


class ResidualBlock(nn.Module):
    """x + branch(x), both of the same shape."""

    def __init__(self, *branch: nn.Module) -> None:
        super().__init__()
        self.branch = nn.Sequential(*branch)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape in and out."""
        residue: Tensor = self.branch(x)
        return x + residue


def dense_block(width: int) -> ResidualBlock:
    """x + W2 gelu(W1 norm(x)) on (n, width): a pre-activation identity mapping (He et al. 2016)."""
    return ResidualBlock(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, width))


def conv_block(channels: int) -> ResidualBlock:
    """x + W2 gelu(W1 gelu(x)) with 3x3 convolutions on (n, c, h, w); W2 starts at zero, which replaces normalisation
    (Zhang et al. 2019, Fixup).
    """
    first, last = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
    nn.init.zeros_(last.weight)
    return ResidualBlock(nn.GELU(), first, nn.GELU(), last)


def conv_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """A 3x3 convolution for each of `spec.hidden`, each of which halves height and width, then a dense layer."""
    levels = _levels(spec, halving=True)
    halvings = (layer for pair in pairwise(levels) for layer in (_halving(*pair), nn.GELU()))
    return nn.Sequential(*halvings, nn.Flatten(), nn.Linear(math.prod(levels[-1]), outputs))


def conv_decoder(spec: NetSpec) -> nn.Sequential:
    """The mirror image of `conv_encoder`, by transposed convolutions."""
    entry, *_ = levels = _levels(spec, halving=True)[::-1]
    doublings = (layer for pair in pairwise(levels) for layer in (nn.GELU(), _doubling(*pair)))
    return nn.Sequential(nn.Linear(spec.latent_dim, math.prod(entry)), nn.Unflatten(1, entry), *doublings)


def resnet_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """A `conv_block` for each of `spec.hidden` equal to the previous channels, a halving for each other."""
    levels = _levels(spec)
    layers = (conv_block(inner[0]) if outer == inner else _halving(outer, inner) for outer, inner in pairwise(levels))
    return nn.Sequential(*layers, nn.GELU(), nn.Flatten(), nn.Linear(math.prod(levels[-1]), outputs))


def resnet_decoder(spec: NetSpec) -> nn.Sequential:
    """The mirror image of `resnet_encoder`; doublings are transposed convolutions whose kernels overlap evenly."""
    entry, *_ = levels = _levels(spec)[::-1]
    layers: list[nn.Module] = [nn.Linear(spec.latent_dim, math.prod(entry)), nn.Unflatten(1, entry)]
    for inner, outer in pairwise(levels):
        layers += [conv_block(inner[0])] if inner == outer else [nn.GELU(), _even_doubling(inner, outer)]
    return nn.Sequential(*layers)


def _dense(widths: tuple[int, ...], activation: type[nn.Module] = nn.GELU) -> Iterator[nn.Module]:
    for before, after in pairwise(widths):
        yield nn.Linear(before, after)
        yield activation()


def _residual(widths: tuple[int, ...]) -> Iterator[nn.Module]:
    """A residual block for each width equal to the previous one, a GELU layer for each other."""
    for pair in pairwise(widths):
        yield from [dense_block(pair[0])] if pair[0] == pair[1] else _dense(pair)


def _fully_connected(
    encoder_layers: Callable[[tuple[int, ...]], Iterator[nn.Module]],
    decoder_layers: Callable[[tuple[int, ...]], Iterator[nn.Module]],
    wider: int = 1,
) -> Trunk:
    """A trunk with the widths `spec.hidden`, in reverse order in the decoder.

    wider: a factor on the encoder's widths: an encoder runs once per image, a decoder at every place.
    """

    def encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
        widths = (math.prod(spec.image_shape), *(wider * width for width in spec.hidden))
        return nn.Sequential(nn.Flatten(), *encoder_layers(widths), nn.Linear(widths[-1], outputs))

    def decoder(spec: NetSpec) -> nn.Sequential:
        widths, (height, width, channels) = (spec.latent_dim, *reversed(spec.hidden)), spec.image_shape
        last = nn.Linear(widths[-1], math.prod(spec.image_shape))
        return nn.Sequential(*decoder_layers(widths), last, nn.Unflatten(1, (channels, height, width)))

    return Trunk(encoder, decoder)


TRUNKS = {
    "conv": Trunk(conv_encoder, conv_decoder),
    "dense": _fully_connected(_dense, _dense),
    # ReLU is almost free compared with the products
    "lean": _fully_connected(_residual, partial(_dense, activation=nn.ReLU), wider=2),
    "residual": _fully_connected(_residual, _residual),
    "resnet": Trunk(resnet_encoder, resnet_decoder),
}

_Level = tuple[int, int, int]
"""The shape of the activations between two convolutions: channels, height, width."""


def _levels(spec: NetSpec, halving: bool = False) -> list[_Level]:
    """The levels from the image inwards: each half the previous one, except equal channels if `halving` is false."""
    height, width, channels = spec.image_shape
    levels = [(channels, height, width)]
    for inner in spec.hidden:
        channels, height, width = levels[-1]
        halved = (inner, math.ceil(height / 2), math.ceil(width / 2))
        levels.append(halved if halving or inner != channels else levels[-1])
    return levels


def _halving(outer: _Level, inner: _Level) -> nn.Conv2d:
    return nn.Conv2d(outer[0], inner[0], 3, 2, 1)


def _doubling(inner: _Level, outer: _Level) -> nn.ConvTranspose2d:
    # A transposed 3x3 convolution of stride 2 gives 2s - 1 rows from s; the output padding adds the missing row.
    lacking = (outer[1] - 2 * inner[1] + 1, outer[2] - 2 * inner[2] + 1)
    return nn.ConvTranspose2d(inner[0], outer[0], 3, 2, 1, output_padding=lacking)


def _even_doubling(inner: _Level, outer: _Level) -> nn.ConvTranspose2d:
    # Stride 2 and padding 1 give 2s - 4 + k rows from s: a kernel of 4 doubles, one of 3 gives the odd size below.
    kernel = (outer[1] - 2 * inner[1] + 4, outer[2] - 2 * inner[2] + 4)
    return nn.ConvTranspose2d(inner[0], outer[0], kernel, 2, 1)
