"""What a bundle knows about every image of its dataset."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Latents:
    """The latents of a dataset, in the dataset's order.

    mean, log_variance: float32 (n, d), of the posterior; log_variance is None where the family has none.
    Of a network without an encoder they are draws from the prior: then label and error are None.
    label: int64 (n,), or None. split: uint8 (n,), 0 for train and 1 for test.
    error: float32 (n,), the mean squared error of the reconstruction from the mean, on pixels in [0, 1].
    index: int64 (n,), ascending: which images of the dataset they are of; None for all.
    """

    mean: NDArray[np.float32]
    log_variance: NDArray[np.float32] | None
    label: NDArray[np.int64] | None
    split: NDArray[np.uint8]
    error: NDArray[np.float32] | None
    index: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.mean)

    def images(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places in the dataset of the images that some of the latents, by their numbers, are of."""
        return numbers if self.index is None else self.index[numbers]
