"""The same images as latents, principal components and pixels, for comparing probes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.space import PointSpace

_ROWS = 4096
_HELD = 3e8
"""The maximum number of pixels that are copied as float32; more would take gigabytes."""


def pixels_of(images: Any) -> NDArray[np.float32]:
    """Images uint8 (n, h, w, c), or an object indexed like such an array, as rows float32 (n, pixels) in [0, 1]."""
    shape = images.shape
    rows = np.empty((shape[0], int(np.prod(shape[1:]))), np.float32)
    for start in range(0, len(rows), _ROWS):
        part = images[start : start + _ROWS]
        rows[start : start + len(part)] = part.reshape(len(part), -1)
        rows[start : start + len(part)] /= 255
    return rows


def principal(pixels: NDArray[np.float32], train: NDArray[np.integer], count: int) -> NDArray[np.float32]:
    """The first `count` principal components (n, count) of rows (n, pixels), with axes fitted on the rows `train`."""
    middle = pixels[train].mean(0, dtype=np.float64).astype(np.float32)
    scatter = np.zeros((pixels.shape[1], pixels.shape[1]), np.float64)
    for part in np.array_split(train, max(1, len(train) // _ROWS)):
        rows = pixels[part] - middle
        scatter += rows.T @ rows
    axes = np.linalg.eigh(scatter)[1][:, ::-1][:, : min(count, pixels.shape[1])].astype(np.float32)
    return np.ascontiguousarray((pixels - middle) @ axes)


def spaces(latents: NDArray[np.float32], images: Any, train: NDArray[np.integer]) -> Mapping[str, PointSpace]:
    """Latents (n, d), and d principal components and pixels of images (n, h, w, c); images: None for latents alone."""
    found = {"latents": PointSpace(np.ascontiguousarray(latents))}
    if images is None or not fits(images.shape):
        return found
    pixels = pixels_of(images)
    found["pca"] = PointSpace(principal(pixels, train, latents.shape[1]))
    found["pixels"] = PointSpace(pixels)
    return found


def fits(shape: tuple[int, ...]) -> bool:
    """Whether images of a shape (n, h, w, c) are few enough to compare by pixels."""
    return float(np.prod(shape, dtype=np.float64)) <= _HELD
