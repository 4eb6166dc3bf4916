"""Paths of a bundle's model computed in this process: for the terminal, Python callers and benchmarks."""

from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood
from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents
from latent_explorer.engine.decoder import REPEATABLE_PIECE, Decoder, device_for
from latent_explorer.fields import held_out_of
from latent_explorer.nets.threads import threads
from latent_explorer.paths.asking import Steps, answered
from latent_explorer.paths.curves import Path as LatentPath
from latent_explorer.paths.pixels import pixels_of
from latent_explorer.paths.space import LARGEST, USUAL, Space
from latent_explorer.paths.walking import WalkedPath, walk_steps
from latent_explorer.runtime.loading import load_bundle_model

_T = TypeVar("_T")
_PIXELS = 1024  # pixels of pictures of which REPEATABLE_PIECE take about 4 ms


def space_of(config: BundleConfig, latents: Latents, reach: NDArray[np.floating]) -> Space:
    """The latent space of a bundle for curves. reach: of held-out images, (k,), k >= 1."""
    classes = tuple(config.dataset.class_names) if latents.label is not None else ()
    known = latents.mean, latents.label, len(classes), config.decodes
    usual, largest = np.quantile(reach, (USUAL, LARGEST)).tolist()
    return Space(config.net.latent_dim, *known, usual, largest, classes)


def piece_of(decoder: Decoder) -> int:
    """The number of latents that a path decodes in one batch: about 4 ms of work, and constant, to be reproducible."""
    height, width, channels = decoder.spec.image_shape
    fitting = REPEATABLE_PIECE * _PIXELS // (height * width * channels)
    return max(1, min(REPEATABLE_PIECE, 1 << max(fitting.bit_length() - 1, 0)))


class Walker:
    """Computes paths of a bundle. space: its latent space, which caches results of curves.

    near: its neighbourhoods, if already computed. label: the class under which a conditional model decodes.
    """

    def __init__(
        self,
        config: BundleConfig,
        latents: Latents,
        decoder: Decoder,
        near: Neighbourhood | None = None,
        label: int = 0,
    ) -> None:
        self.config, self.latents, self.decoder = config, latents, decoder
        classes = len(config.dataset.class_names)
        self.near = near or Neighbourhood(latents.mean, latents.label, classes)
        held = held_out_of(latents, self.near, label if config.net.classes else None)
        self.space = space_of(config, latents, held.reach)

    @classmethod
    def open(cls, folder: Path) -> "Walker":
        """The walker of the bundle in a folder. Raises BundleError if it is damaged."""
        config = read_config(folder)
        model = load_bundle_model(folder, config)
        return cls(config, read_latents(folder, config), Decoder(model, device_for(model)))

    def walk(self, path: LatentPath) -> WalkedPath:
        """The frames and figures of a path, as in the window. Raises UserError if the model lacks what it needs."""
        return self.run(walk_steps(path, self.space))

    def run(self, steps: Steps[_T]) -> _T:
        """The result of any steps on this model."""
        return answered(steps, self.pixels, self.near.nearest)

    def pixels(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The pixels float32 (n, p) of latents (n, d), in the engine's batch size, and so with the same bits."""
        size = piece_of(self.decoder)
        pieces = [z[start : start + size] for start in range(0, max(len(z), 1), size)]
        with threads(1):
            return np.concatenate([self.decoder.differentiated(pixels_of, piece) for piece in pieces])
