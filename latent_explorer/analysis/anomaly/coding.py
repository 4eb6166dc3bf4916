"""Images with their latents, reconstructions and likelihoods under a model."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
Rows = NDArray[np.float32]
Encode = Callable[[NDArray[np.uint8]], tuple[Rows, Rows | None]]
"""A function from images uint8 (n, h, w, c) to the means (n, d) of their latents and log-variances, if any."""
Decode = Callable[[Rows], Rows]
"""A function from latents (n, d) to pictures (n, h w c) in [0, 1]."""

_LEAST = 1e-6  # pixels are kept this far from 0 and 1, where logarithms are infinite
_LEVELS = np.arange(256) / 255
_ENTROPIES = -(
    _LEVELS * np.log(np.maximum(_LEVELS, _LEAST)) + (1 - _LEVELS) * np.log(np.maximum(1 - _LEVELS, _LEAST))
).astype(np.float32)  # fmt: skip  # nats of each grey level


@dataclass(frozen=True)
class Coder:
    """The functions of a model. encode, decode: None if it has no such part.

    varies: whether its latents have variances. noise: the standard deviation of its pixels if they are Gaussian, where
    white is 1; 0 for Bernoulli means.
    """

    encode: Encode | None
    decode: Decode | None
    varies: bool = False
    noise: float = 0.0

    @property
    def can(self) -> dict[str, bool]:
        """Its abilities, as arguments of `Score.lacks`."""
        return {"encodes": self.encode is not None, "decodes": self.decode is not None, "varies": self.varies}


@dataclass(frozen=True, eq=False)
class Coded:
    """Images and a model's results for them; None for each that is not available.

    x: (n, h w c) in [0, 1]. entropy: (n,), of the pixels as Bernoulli means, in nats. z, log_variance: (n, d).
    pictures: (n, h w c) in [0, 1], decoded from z. nats: (n,), the expected −log p(x|z) under the posterior. rows:
    int64 (n,), the index of each image in the sample of training images; −1 for other images.
    """

    x: Rows
    entropy: Reals
    rows: NDArray[np.int64]
    z: Rows | None = None
    log_variance: Rows | None = None
    pictures: Rows | None = None
    nats: Reals | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def places(self) -> Rows:
        """The latents, for scores that need an encoder."""
        assert self.z is not None
        return self.z

    @property
    def decoded(self) -> Rows:
        """The pictures, for scores that need a decoder."""
        assert self.pictures is not None
        return self.pictures

    @property
    def kl(self) -> NDArray[np.float64]:
        """The divergence of the posterior from the standard normal prior, in nats (n,)."""
        assert self.log_variance is not None
        mean, log_variance = self.places.astype(np.float64), self.log_variance.astype(np.float64)
        nats: NDArray[np.float64] = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(1)
        return nats


def coded(
    coder: Coder, images: NDArray[np.uint8], rows: NDArray[np.int64] | None = None, *, likely: bool = True
) -> Coded:
    """Encode and decode images uint8 (n, h, w, c).

    rows: as in `Coded`; None for images outside the sample. likely: whether to compute `nats`, with two more decodes.

    The expectation of −log p(x|z) is the mean of two draws, z ± e σ, with the same e for every image, so that it does
    not depend on the order of images.
    """
    x = images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
    entropy = _ENTROPIES[images].reshape(len(images), -1).sum(1, dtype=np.float64)
    rows = np.full(len(images), -1, np.int64) if rows is None else rows
    if coder.encode is None:
        return Coded(x, entropy, rows)
    z, log_variance = coder.encode(images)
    if coder.decode is None:
        return Coded(x, entropy, rows, z, log_variance)
    pictures = coder.decode(z)
    nats = None
    if log_variance is not None and likely:
        step = np.exp(log_variance / 2) * _direction(z.shape[1])
        nats = np.mean([negative_log(x, coder.decode(z + sign * step), coder.noise) for sign in (1, -1)], axis=0)
    return Coded(x, entropy, rows, z, log_variance, pictures, nats)


def joined(parts: Sequence[Coded]) -> Coded:
    """The images of several parts, concatenated, as the sample that scores are fitted on."""

    def column(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return None if values[0] is None else np.concatenate(values)

    whole = Coded(**{each.name: column(each.name) for each in fields(Coded)})
    return replace(whole, rows=np.arange(len(whole)))


def cross_entropy(x: Rows, pictures: Rows) -> NDArray[np.float64]:
    """The cross-entropy of pictures and images (n, pixels) as Bernoulli means, in nats summed over the pixels, (n,)."""
    p = np.clip(pictures, _LEAST, 1 - _LEAST)
    nats: NDArray[np.float64] = -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum(1, dtype=np.float64)
    return nats


def negative_log(x: Rows, pictures: Rows, noise: float) -> NDArray[np.float64]:
    """−log p(x|z) of images in nats (n,). pictures: decoded from z. noise: as in `Coder`."""
    if not noise:
        return cross_entropy(x, pictures)
    squares = np.square(x - pictures).sum(1, dtype=np.float64) / (2 * noise**2)
    nats: NDArray[np.float64] = squares + x.shape[1] * math.log(noise * math.sqrt(2 * math.pi))
    return nats


def _direction(dimensions: int) -> Rows:
    drawn: Rows = np.random.default_rng(0).standard_normal(dimensions).astype(np.float32)
    return drawn
