"""SHA-256 of every file of a bundle, kept in its configuration: what was altered or damaged is told apart."""

import hashlib
from collections.abc import Mapping

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

_UNSEALED = "0" * 64


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
