"""Many pictures laid out as one."""

import numpy as np
from numpy.typing import NDArray


def montage(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """One image (rows * h, columns * w, c) of pictures (rows * columns, h, w, c), row by row from the top left."""
    count, height, width, channels = pictures.shape
    rows = count // columns
    grid = pictures.reshape(rows, columns, height, width, channels)
    return np.ascontiguousarray(grid.swapaxes(1, 2)).reshape(rows * height, columns * width, channels)
