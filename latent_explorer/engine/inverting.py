"""Inversion with the open model: provides `analysis.inversion` with a decoder and a bundle's latents."""

from collections.abc import Generator
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.inversion import SUBSPACE, Problem, Sample, Slope, sampled
from latent_explorer.engine.decoder import Decoder, Latents, Pictures
from latent_explorer.errors import EngineError
from latent_explorer.nets.families import NO_DECODER

_SAMPLES: WeakKeyDictionary[Decoder, Sample] = WeakKeyDictionary()
"""The decoded starting points of each model, deleted with the model."""


def pixels(model: Any, z: Any) -> Any:
    """A model's pictures of latents as a tensor (n, pixels), in the form of `images_as_pixels`."""
    return model.decode(z).permute(0, 2, 3, 1).flatten(1)


def images_as_pixels(images: Pictures) -> NDArray[np.float32]:
    """Images uint8 (n, h, w, c) as float32 (n, pixels) in [0, 1]."""
    levels: NDArray[np.float32] = images.reshape(len(images), -1).astype(np.float32)
    return levels / np.float32(255)


def sample_of(decoder: Decoder, latents: Latents, piece: int, count: int = 0) -> Generator[float, None, Sample]:
    """The starting points of the search, from latents (n, d) of the data; yields the progress of decoding them.

    count: the number to decode; 0 for the default.
    """
    if (known := _SAMPLES.get(decoder)) is not None and not count:
        return known
    more = {"count": count} if count else {}
    made = yield from sampled(latents, partial(decoder.measured, pixels), piece=piece, **more)
    if not count:
        _SAMPLES[decoder] = made
    return made


def problem_of(
    decoder: Decoder, sample: Sample, images: Pictures, encoded: Latents | None, piece: int, steps: int = 0
) -> Problem:
    """The search for the latents of images uint8 (n, h, w, c). encoded: the encoder's latents (n, d) of them."""
    slope = slope_of(decoder) if decoder.differentiable and decoder.spec.latent_dim > SUBSPACE else None
    decode = partial(decoder.measured, pixels)
    return Problem(images_as_pixels(images), sample, decode, slope, encoded, steps, piece)


def check_images(decoder: Decoder, images: Pictures) -> None:
    """Raise EngineError if a model cannot be inverted for images (n, h, w, c)."""
    if not decoder.decodes:
        raise EngineError(NO_DECODER)
    height, width, channels = decoder.spec.image_shape
    if images.ndim != 4 or images.shape[1:] != decoder.spec.image_shape:
        found = " x ".join(map(str, images.shape[1:]))
        raise EngineError(f"this model makes pictures of {height} x {width} x {channels}, found images of {found}")


def slope_of(decoder: Decoder) -> Slope:
    """A function for the mean squared errors of latents' pictures, with derivatives by autograd."""

    def slope(z: Latents, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        def error(model: Any, places: Any) -> Any:
            return (pixels(model, places) - places.new_tensor(images)).square().mean(1)

        return decoder.slopes(error, z)

    return slope
