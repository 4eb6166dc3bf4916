"""How well a model restores corrupted images, compared with filters whose parameters are fitted on training images."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from latent_explorer.analysis.compression.curve import psnr, squared_errors

Images = NDArray[np.uint8]
Change = Callable[[Images], Images]
"""A function from images uint8 (n, h, w, c) to images of the same shape."""
_SEARCH, _PATCH = 3, 3
"""The search radius and the side of patches for non-local means, in pixels."""


def median(images: Images, size: float) -> Images:
    """The median over squares of `size` pixels, channel by channel."""
    found: Images = ndimage.median_filter(images, (1, int(size), int(size), 1))
    return found


def gaussian(images: Images, sigma: float) -> Images:
    """Gaussian blur with a standard deviation in pixels."""
    return _levels(ndimage.gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0)))


def non_local_means(images: Images, strength: float) -> Images:
    """Each pixel becomes the mean of surrounding pixels with similar 3 x 3 patches (Buades, Coll and Morel 2005).

    strength: the difference of patches at which a weight falls to 1/e, relative to the range from black to white.
    """
    x = images.astype(np.float32) / 255
    total, weights = np.zeros_like(x), np.zeros(x.shape[:3], np.float32)
    reach = range(-_SEARCH, _SEARCH + 1)
    around = np.pad(x, ((0, 0), (_SEARCH, _SEARCH), (_SEARCH, _SEARCH), (0, 0)), "symmetric")
    for down, right in product(reach, reach):
        rows = slice(_SEARCH + down, _SEARCH + down + x.shape[1])
        other = around[:, rows, _SEARCH + right : _SEARCH + right + x.shape[2]]
        apart = ndimage.uniform_filter(np.square(other - x).mean(3), (0, _PATCH, _PATCH))
        weight = np.exp(-apart / strength**2)
        total += weight[..., None] * other
        weights += weight
    return _levels(255 * total / weights[..., None])


@dataclass(frozen=True)
class PlainFilter:
    """A filter. name: in JSON. label: in texts. run: filters images with one of the parameters."""

    name: str
    label: str
    run: Callable[[Images, float], Images]
    parameters: tuple[float, ...]


FILTERS = (
    PlainFilter("median", "Median filter", median, (1, 3, 5, 7)),
    PlainFilter("gaussian", "Gaussian filter", gaussian, (0, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)),
    PlainFilter("non_local_means", "Non-local means", non_local_means, (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)),
)
"""The first parameter of each filter leaves images unchanged, and is chosen if the filter does harm."""


@dataclass(frozen=True)
class Cleaned:
    """The results for corrupted images: PSNRs in dB, by name.

    psnr: of the mean squared error of all images; mean_psnr: the mean of the PSNRs of single images. parameters: of
    filters.
    """

    psnr: Mapping[str, float]
    mean_psnr: Mapping[str, float]
    parameters: Mapping[str, float]


def cleaned(images: Images, train: Images, corrupt: Change, clean: Change) -> Iterator[str | Cleaned]:
    """Corrupt and restore images; yields descriptions of the current work, and the results last.

    images: uint8 (n, h, w, c), to evaluate on. train: (m, h, w, c), to choose the filters' parameters on. corrupt: must
    be reproducible. clean: the model.
    """
    yield "cleaning"
    spoiled, spoiled_train = corrupt(images), corrupt(train)
    made = {"corrupted": spoiled, "cleaned": clean(spoiled), "cleaned_of_clean": clean(images)}
    parameters = {}
    for each in FILTERS:
        yield each.label.lower()
        parameters[each.name] = _chosen(each, spoiled_train, train)
        made[each.name] = each.run(spoiled, parameters[each.name])
    errors = {name: squared_errors(pictures, images) for name, pictures in made.items()}
    yield Cleaned(
        {name: psnr(float(each.mean())) for name, each in errors.items()},
        {name: float(np.mean([psnr(float(error)) for error in each])) for name, each in errors.items()},
        parameters,
    )


def _chosen(one: PlainFilter, spoiled: Images, clean: Images) -> float:
    """The parameter with the smallest error."""
    return min(one.parameters, key=lambda value: float(squared_errors(one.run(spoiled, value), clean).mean()))


def _levels(values: NDArray[np.floating]) -> Images:
    return (values + 0.5).clip(0, 255).astype(np.uint8)
