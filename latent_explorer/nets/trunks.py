"""Encoder and decoder halves for images of any shape and latents of any dimension."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import msgspec
from torch import Tensor, nn

from latent_explorer.nets.spec import NetSpec


@dataclass(frozen=True)
class Trunk:
    """How the two halves of a network are built.

    encoder: (spec, outputs) -> a module from (n, c, h, w) to (n, outputs).
    decoder: spec -> a plain sequence from (n, d) to (n, c, h, w), quick to freeze and to fuse.
    """

    encoder: Callable[[NetSpec, int], nn.Sequential]
    decoder: Callable[[NetSpec], nn.Sequential]


class ResidualBlock(nn.Module):
    """x + W2 gelu(W1 norm(x)) on (n, width): identity mapping with normalisation before (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, width) in and out."""
        residue: Tensor = self.branch(x)
        return x + residue


class ConvBlock(nn.Module):
    """x + W2 gelu(W1 gelu(x)) by 3x3 convolutions on (n, c, h, w); W2 begins at zero, which makes up for the
    normalisation that is left out (Zhang et al. 2019, Fixup).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, last = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        nn.init.zeros_(last.weight)
        self.branch = nn.Sequential(nn.GELU(), first, nn.GELU(), last)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, c, h, w) in and out."""
        residue: Tensor = self.branch(x)
        return x + residue


def dense_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """Fully connected layers of the widths `spec.hidden`, with GELU."""
    widths = (math.prod(spec.image_shape), *spec.hidden)
    return nn.Sequential(nn.Flatten(), *_dense(widths, nn.GELU), nn.Linear(widths[-1], outputs))


def dense_decoder(spec: NetSpec) -> nn.Sequential:
    """Fully connected layers of the widths `spec.hidden` from the last to the first, with GELU."""
    return _to_image(spec, _dense(_decoder_widths(spec), nn.GELU))


def relu_decoder(spec: NetSpec) -> nn.Sequential:
    """As `dense_decoder` with ReLU, which costs next to nothing beside the products."""
    return _to_image(spec, _dense(_decoder_widths(spec), nn.ReLU))


def residual_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """A residual block for each of `spec.hidden` that repeats the width before it, a GELU layer for the others."""
    widths = (math.prod(spec.image_shape), *spec.hidden)
    return nn.Sequential(nn.Flatten(), *_residual(widths), nn.Linear(widths[-1], outputs))


def wide_residual_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """As `residual_encoder`, of twice the widths: an encoder is run once per image, a decoder at every place."""
    return residual_encoder(msgspec.structs.replace(spec, hidden=tuple(2 * width for width in spec.hidden)), outputs)


def residual_decoder(spec: NetSpec) -> nn.Sequential:
    """The mirror image of `residual_encoder`."""
    return _to_image(spec, _residual(_decoder_widths(spec)))


def conv_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """A 3x3 convolution for each of `spec.hidden`, each halving height and width, then one dense layer."""
    channels = (spec.image_shape[2], *spec.hidden)
    halvings = (layer for pair in pairwise(channels) for layer in (nn.Conv2d(*pair, 3, 2, 1), nn.GELU()))
    features = channels[-1] * math.prod(_conv_sizes(spec)[-1])
    return nn.Sequential(*halvings, nn.Flatten(), nn.Linear(features, outputs))


def conv_decoder(spec: NetSpec) -> nn.Sequential:
    """The mirror image of `conv_encoder`, by transposed convolutions."""
    sizes, channels = _conv_sizes(spec)[::-1], (spec.image_shape[2], *spec.hidden)[::-1]
    entry = (channels[0], *sizes[0])
    layers = [nn.Linear(spec.latent_dim, math.prod(entry)), nn.Unflatten(1, entry)]
    for step, (small, large) in enumerate(pairwise(sizes)):
        layers += [nn.GELU(), _doubling(channels[step], channels[step + 1], small, large)]
    return nn.Sequential(*layers)


def resnet_encoder(spec: NetSpec, outputs: int) -> nn.Sequential:
    """A `ConvBlock` for each of `spec.hidden` that repeats the channels before it, a halving for the others."""
    levels, layers = _levels(spec), []
    for outer, inner in pairwise(levels):
        same = outer == inner
        layers.append(ConvBlock(inner.channels) if same else nn.Conv2d(outer.channels, inner.channels, 3, 2, 1))
    return nn.Sequential(*layers, nn.GELU(), nn.Flatten(), nn.Linear(levels[-1].values, outputs))


def resnet_decoder(spec: NetSpec) -> nn.Sequential:
    """The mirror image of `resnet_encoder`: its doublings are transposed convolutions whose kernels overlap evenly."""
    levels = _levels(spec)[::-1]
    entry = levels[0]
    layers: list[nn.Module] = [nn.Linear(spec.latent_dim, entry.values), nn.Unflatten(1, entry.shape)]
    for inner, outer in pairwise(levels):
        layers += [ConvBlock(inner.channels)] if inner == outer else [nn.GELU(), _even_doubling(inner, outer)]
    return nn.Sequential(*layers)


TRUNKS = {
    "conv": Trunk(conv_encoder, conv_decoder),
    "dense": Trunk(dense_encoder, dense_decoder),
    "lean": Trunk(wide_residual_encoder, relu_decoder),
    "residual": Trunk(residual_encoder, residual_decoder),
    "resnet": Trunk(resnet_encoder, resnet_decoder),
}


def _decoder_widths(spec: NetSpec) -> tuple[int, ...]:
    return (spec.latent_dim, *reversed(spec.hidden))


def _to_image(spec: NetSpec, layers: Iterator[nn.Module]) -> nn.Sequential:
    height, width, channels = spec.image_shape
    last = nn.Linear(_decoder_widths(spec)[-1], math.prod(spec.image_shape))
    return nn.Sequential(*layers, last, nn.Unflatten(1, (channels, height, width)))


def _dense(widths: tuple[int, ...], activation: type[nn.Module]) -> Iterator[nn.Module]:
    for before, after in pairwise(widths):
        yield nn.Linear(before, after)
        yield activation()


def _residual(widths: tuple[int, ...]) -> Iterator[nn.Module]:
    for before, after in pairwise(widths):
        if before == after:
            yield ResidualBlock(after)
        else:
            yield nn.Linear(before, after)
            yield nn.GELU()


def _conv_sizes(spec: NetSpec) -> list[tuple[int, int]]:
    """Height and width at each level, from the image inwards: each half the one before, rounded up."""
    sizes = [spec.image_shape[:2]]
    for _ in spec.hidden:
        height, width = sizes[-1]
        sizes.append((math.ceil(height / 2), math.ceil(width / 2)))
    return sizes


def _doubling(before: int, after: int, small: tuple[int, int], large: tuple[int, int]) -> nn.ConvTranspose2d:
    # A transposed 3x3 convolution of stride 2 gives 2s - 1 rows from s; the padding adds the row that is lacking.
    lacking = (large[0] - 2 * small[0] + 1, large[1] - 2 * small[1] + 1)
    return nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=lacking)


@dataclass(frozen=True)
class _Level:
    """What flows between two layers of the trunk `resnet`."""

    channels: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.channels, self.height, self.width

    @property
    def values(self) -> int:
        return math.prod(self.shape)


def _levels(spec: NetSpec) -> list[_Level]:
    """From the image inwards; a level that has other channels than the one before is half as high and wide."""
    height, width, channels = spec.image_shape
    levels = [_Level(channels, height, width)]
    for channels in spec.hidden:
        before = levels[-1]
        halved = _Level(channels, math.ceil(before.height / 2), math.ceil(before.width / 2))
        levels.append(before if channels == before.channels else halved)
    return levels


def _even_doubling(inner: _Level, outer: _Level) -> nn.ConvTranspose2d:
    # Stride 2 and padding 1 give 2s - 4 + k rows from s: a kernel of 4 doubles, one of 3 gives the odd size below.
    kernel = (outer.height - 2 * inner.height + 4, outer.width - 2 * inner.width + 4)
    return nn.ConvTranspose2d(inner.channels, outer.channels, kernel, 2, 1)
