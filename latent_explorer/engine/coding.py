"""The open model in the form that scores of images need: numpy in, numpy out."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly import Coder
from latent_explorer.engine.decoder import Decoder
from latent_explorer.fields.seen_map import pixels

Rows = NDArray[np.float32]


def coder_of(decoder: Decoder, *, repeatable: bool = False) -> Coder:
    """A model's encoder and decoder. repeatable: eager, so that slices of a fixed size give reproducible values."""
    measure, model = decoder.differentiated if repeatable else decoder.measured, decoder.model
    height, width, channels = model.spec.image_shape

    def decode(z: Rows) -> Rows:
        made = measure(pixels, z).reshape(len(z), channels, height, width)
        return np.ascontiguousarray(made.transpose(0, 2, 3, 1)).reshape(len(z), -1)

    return Coder(
        encode=decoder.posterior if model.encodes else None,
        decode=decode if model.decodes else None,
        varies=model.family.has_variance,
        noise=model.pixel_noise,
    )
