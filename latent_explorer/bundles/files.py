"""The files of a bundle: their names, how large they may be, and the SHA-256 of each, kept in the configuration."""

import hashlib
import math
from collections.abc import Iterator, Mapping

import msgspec

from latent_explorer.bundles.config import BundleConfig

CONFIG = "config.json"
WEIGHTS = "weights.safetensors"
LATENTS = "latents.safetensors"
CARD = "README.md"
PREVIEW = "preview.png"
TILES = "tiles.safetensors"
SEALED = (WEIGHTS, LATENTS, CARD, PREVIEW)
"""What every bundle has; TILES may be missing."""

FORMAT = 1
CONFIG_BYTES = 1 << 20
TEXT_BYTES = 1 << 24
WEIGHTS_BYTES = 1 << 32
HEADER_BYTES = 1 << 16
LEVEL = 500  # of a tile, either way: beyond, its side is no float
TILES_BYTES = 1 << 23
"""Of the pictures that a bundle brings along: they are for the first paint, and each bundle is carried about."""

_Bound = tuple[str, float, float, float]
_UNSEALED = "0" * 64


def outside_limits(config: BundleConfig) -> str | None:
    """The first value of `config` outside its bounds, in words, or None when all are within."""
    for name, found, low, high in _bounds(config):
        if not (math.isfinite(found) and low <= found <= high):
            return f"expected {name} within {low:g}..{high:g}, found {found}"
    if config.net.image_shape[2] not in (1, 3):
        return f"expected 1 or 3 channels in net.image_shape, found {config.net.image_shape[2]}"
    return None


def latents_bytes(config: BundleConfig) -> int:
    """How many bytes `latents.safetensors` may take at most."""
    per_image = 4 * (2 * config.net.latent_dim + 3) + 1
    per_dimension = 4 * 4  # the lowest values and the steps of arrays in steps
    return config.latents * per_image + config.net.latent_dim * per_dimension + HEADER_BYTES


def _bounds(config: BundleConfig) -> Iterator[_Bound]:
    net, training = config.net, config.training
    yield "net.image_shape's height", net.image_shape[0], 1, 2048
    yield "net.image_shape's width", net.image_shape[1], 1, 2048
    yield "net.latent_dim", net.latent_dim, 1, 4096
    yield "net.classes", net.classes, 0, 10**5
    yield "the number of net.hidden", len(net.hidden), 0, 64
    yield from (("each of net.hidden", width, 1, 16384) for width in net.hidden)
    yield "dataset.count", config.dataset.count, 1, 10**8
    yield "prior_samples", config.prior_samples, 0, 10**6
    yield "the number of dataset.class_names", len(config.dataset.class_names), 0, 10**5
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
    files = {name: digest(contents[name]) for name in (*SEALED, TILES) if name in contents}
    unsealed = msgspec.structs.replace(config, files={CONFIG: _UNSEALED, **files})
    content = msgspec.json.format(msgspec.json.encode(unsealed), indent=2) + b"\n"
    return content.replace(_UNSEALED.encode(), digest(content).encode())
