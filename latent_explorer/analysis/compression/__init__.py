"""The size of images as rounded latents, compared with principal components, JPEG and WebP."""

from latent_explorer.analysis.compression.comparison import sentences, within
from latent_explorer.analysis.compression.container import (
    MOST_BYTES,
    CompressedSet,
    expected_size,
    packed,
    short_seal,
    unpacked,
)
from latent_explorer.analysis.compression.curve import (
    Material,
    RateCurve,
    RatePoint,
    of_latents,
    point_of,
    prepared,
    psnr,
    squared_errors,
)
from latent_explorer.analysis.compression.quantiser import BITS, Quantiser
from latent_explorer.analysis.compression.rivals import tasks

__all__ = [
    "BITS",
    "MOST_BYTES",
    "CompressedSet",
    "Material",
    "Quantiser",
    "RateCurve",
    "RatePoint",
    "expected_size",
    "of_latents",
    "packed",
    "point_of",
    "prepared",
    "psnr",
    "sentences",
    "short_seal",
    "squared_errors",
    "tasks",
    "unpacked",
    "within",
]  # fmt: skip
