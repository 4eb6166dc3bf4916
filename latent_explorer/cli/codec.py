"""A bundle opened for encoding images and decoding latents."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PIECE = 1024  # pictures decoded at a time


@dataclass(frozen=True, eq=False)
class BundleCodec:
    """A bundle with its encoder and decoder. model: a LatentModel; decoder: an engine.decoder.Decoder."""

    folder: Path
    config: Any
    model: Any
    decoder: Any

    def slices(
        self, z: "NDArray[np.float32]", labels: "NDArray[np.int64] | None" = None
    ) -> "Iterator[tuple[int, NDArray[np.uint8]]]":
        """The pictures of latents, in slices, bit-identical to those that the window exports."""
        for start in range(0, len(z), _PIECE):
            part = slice(start, start + _PIECE)
            yield start, self.decoder.repeatable(z[part], None if labels is None else labels[part])

    def labels(self, latents: Any) -> Any:
        """The classes of Latents if the model is conditional; else None."""
        return latents.label if self.config.net.classes else None


def open_codec(name: str, *, encodes: bool) -> BundleCodec:
    """Open a bundle. Raises UserError if the model cannot decode, or should encode and cannot."""
    from latent_explorer.bundles import read_config
    from latent_explorer.engine.decoder import Decoder, device_for
    from latent_explorer.runtime.loading import load_bundle_model

    folder = find_bundle(name)
    config = read_config(folder)
    if not config.decodes:
        raise UserError(f"{config.name}: {config.undecoded}")
    if encodes and not config.encodes:
        raise UserError(f"{config.name} has no encoder: it makes no latents of images that could be compressed")
    model = load_bundle_model(folder, config)
    return BundleCodec(folder, config, model, Decoder(model, device_for(model)))
