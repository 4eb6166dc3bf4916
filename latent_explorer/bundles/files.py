"""The files of a bundle: their names, size limits, and the SHA-256 of each, kept in the configuration."""

import hashlib
import math
from collections.abc import Iterator, Mapping

import msgspec

from latent_explorer.bundles.config import BundleConfig
from latent_explorer.nets.spec import NetSpec

CONFIG = "config.json"
WEIGHTS = "weights.safetensors"
LATENTS = "latents.safetensors"
CARD = "README.md"
PREVIEW = "preview.png"
TILES = "tiles.safetensors"
FITS = "charts.safetensors"
SEALED = (WEIGHTS, LATENTS, CARD, PREVIEW)
"""The files of every bundle with one of our networks; TILES and FITS may be missing."""
DECODER, ENCODER, ARCHITECTURE = "decoder.onnx", "encoder.onnx", "architecture.json"

FORMAT = 1
CONFIG_BYTES = 1 << 20
TEXT_BYTES = 1 << 24
WEIGHTS_BYTES = 1 << 30
LATENTS_BYTES = 1 << 31
PROGRAM_BYTES = {
    DECODER: WEIGHTS_BYTES,
    ENCODER: WEIGHTS_BYTES,
    ARCHITECTURE: CONFIG_BYTES,
    WEIGHTS: WEIGHTS_BYTES,
}
"""The possible files of a model from another program, and the size limit of each; its format says which it has."""
HEADER_BYTES = 1 << 16
LATENT = 1e6
"""The maximum distance of a latent from 0 in any dimension: charts, maps and distances are exact up to there."""
LOG_VARIANCE = (-1e4, 88.0)  # beyond, a variance is endless in float32
WEIGHT = 1e6
LEVEL = 48  # of a tile, either way: beyond, no view of latents within LATENT shows it
PICTURE = 1 << 20
"""The maximum number of values (h, w, c) of one picture: a tile holds 64, and a hover shows one within milliseconds."""
ACTIVATIONS = 1 << 28  # of one picture in the widest layer, should it be as large as the picture: 1 GiB
CLASSES = 1 << 15
TILES_BYTES = 1 << 23
"""The size limit of the included pictures: they are for the first paint, and every copy of the bundle carries them."""

MOST_FITS, SPEC_LETTERS = 8, 200  # charts that a bundle may bring along, and the letters of the spec of each

_Bound = tuple[str, float, float, float]
_UNSEALED = "0" * 64


def outside_limits(config: BundleConfig) -> str | None:
    """The first value of `config` outside its bounds, in words, or None if all are within."""
    for name, found, low, high in _bounds(config):
        if not (math.isfinite(found) and low <= found <= high):
            return f"expected {name} within {low:g}..{high:g}, found {found}"
    if config.turn is not None and not _is_orthogonal(config.turn):
        return f"expected turn to be a rotation, mirrored or not, found {config.turn}"
    return outside_net_limits(config.net)


def outside_net_limits(net: NetSpec) -> str | None:
    """What is too large in a network, in words, or None: checked before training."""
    height, width, channels = net.image_shape
    if channels not in (1, 3):
        return f"expected 1 or 3 channels in net.image_shape, found {channels}"
    if math.prod(net.image_shape) > PICTURE:
        return f"expected pictures of at most {PICTURE:,} values, found {height}x{width}x{channels}"
    if height * width * max(net.hidden, default=1) > ACTIVATIONS:
        most = ACTIVATIONS // (height * width)
        return f"expected net.hidden of at most {most:,} for pictures of {height}x{width}, found {max(net.hidden):,}"
    return None


def _is_orthogonal(turn: tuple[float, float, float, float]) -> bool:
    a, b, c, d = turn
    products = a * a + b * b - 1, c * c + d * d - 1, a * c + b * d
    return all(abs(product) <= 1e-3 for product in products)


def sealed_names(config: BundleConfig) -> tuple[str, ...]:
    """The files that every bundle has, besides its configuration."""
    if config.program is None:
        return SEALED
    return *(name for name in PROGRAM_BYTES if name in config.files), LATENTS, CARD, PREVIEW


def fits_bytes(config: BundleConfig) -> int:
    """The maximum number of bytes of `charts.safetensors`."""
    return MOST_FITS * config.latents * 4 + HEADER_BYTES


def latents_bytes(config: BundleConfig) -> int:
    """The maximum number of bytes of `latents.safetensors`."""
    per_image = 4 * (2 * config.net.latent_dim + 3) + 2
    per_dimension = 4 * 4  # the lowest values and the steps of arrays in steps
    return min(config.latents * per_image + config.net.latent_dim * per_dimension + HEADER_BYTES, LATENTS_BYTES)


def _bounds(config: BundleConfig) -> Iterator[_Bound]:
    net, training = config.net, config.training
    yield "net.image_shape's height", net.image_shape[0], 1, 2048
    yield "net.image_shape's width", net.image_shape[1], 1, 2048
    yield "net.latent_dim", net.latent_dim, 1, 4096
    yield "net.classes", net.classes, 0, CLASSES
    yield "the number of net.hidden", len(net.hidden), 0, 64
    yield from (("each of net.hidden", width, 1, 16384) for width in net.hidden)
    yield "dataset.count", config.dataset.count, 1, 10**8
    yield "prior_samples", config.prior_samples, 0, 10**6
    yield "placed", config.placed, 0, min(config.dataset.count, 10**6)
    yield "the number of dataset.class_names", len(config.dataset.class_names), 0, CLASSES
    yield from (("each of turn", value, -1.001, 1.001) for value in config.turn or ())
    yield "training.epochs", training.epochs, 0, 10**7
    yield "training.batch_size", training.batch_size, 1, 10**8
    yield "training.learning_rate", training.learning_rate, 0, 1e6
    yield "training.minutes", training.minutes, 0, 1e9


def digest(content: bytes) -> str:
    """The SHA-256 of `content` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def config_digest(content: bytes, claimed: str) -> str:
    """The SHA-256 of a `config.json` as it was before its own digest `claimed` was written into it."""
    return digest(content.replace(claimed.encode(), _UNSEALED.encode()))


def sealed_config(config: BundleConfig, contents: Mapping[str, bytes]) -> bytes:
    """The `config.json` that holds the digests of `contents`, by file name, and its own."""
    files = {
        name: digest(contents[name])
        for name in dict.fromkeys((*SEALED, TILES, FITS, *PROGRAM_BYTES))
        if name in contents
    }
    unsealed = msgspec.structs.replace(config, files={CONFIG: _UNSEALED, **files})
    content = msgspec.json.format(msgspec.json.encode(unsealed), indent=2) + b"\n"
    return content.replace(_UNSEALED.encode(), digest(content).encode())
