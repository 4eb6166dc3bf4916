"""Images of a dataset in the shape that a model takes, and the changes made."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.pictures import resized
from latent_explorer.errors import DataError


def fitted(
    dataset: Dataset, numbers: NDArray[np.int64], shape: tuple[int, int, int]
) -> tuple[NDArray[np.uint8], str]:  # fmt: skip
    """The images uint8 (n, h, w, c) at `numbers` in a model's `shape`, and the changes in words.

    They are stretched; grey is repeated for colours, and colours become grey by their brightness. Empty words if
    nothing was changed. Raises DataError if there are none.
    """
    if not len(numbers):
        raise DataError(f"{dataset.name}: expected images, found none")
    images: NDArray[np.uint8] = np.asarray(dataset.images[numbers])
    height, width, channels = shape
    done = []
    if images.shape[1:3] != (height, width):
        done.append(f"stretched from {images.shape[2]} x {images.shape[1]} to {width} x {height} pixels")
        images = np.asarray(resized(images, (height, width)))
    if images.shape[3] < channels:
        done.append("their grey repeated for each colour")
        images = images.repeat(channels, axis=3)
    elif images.shape[3] > channels:
        if (images != images[..., :1]).any():
            done.append("made grey")
        images = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in images])[..., None]
    return np.ascontiguousarray(images), " and ".join(done)
