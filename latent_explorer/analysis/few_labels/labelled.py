"""Labels to learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled images. numbers: int64 (m,), of the images. classes: int64 (m,), in 0..count - 1.

    count: of all classes, including those without an image. Raises UserError if these do not fit.
    """

    numbers: NDArray[np.int64]
    classes: NDArray[np.int64]
    count: int

    def __post_init__(self) -> None:
        if self.numbers.shape != self.classes.shape or self.numbers.ndim != 1:
            raise UserError(
                f"labels: expected a class for each image, found {len(self.numbers)} and {len(self.classes)}"
            )
        if len(self.classes) and not (self.classes.min() >= 0 and self.classes.max() < self.count):
            raise UserError(f"labels: expected classes 0 to {self.count - 1}, found others")
        if len(np.unique(self.numbers)) < len(self.numbers):
            raise UserError("labels: an image has two labels; keep one of them")

    @property
    def present(self) -> NDArray[np.int64]:
        """The classes with at least one image, ascending."""
        return np.unique(self.classes)

    @property
    def one_hot(self) -> NDArray[np.float32]:
        """The class of each of the images, float32 (m, count)."""
        return np.eye(self.count, dtype=np.float32)[self.classes]

    def check(self, images: int) -> None:
        """Raise UserError if nothing can be learned from them about `images` images."""
        if len(self.numbers) and not (self.numbers.min() >= 0 and self.numbers.max() < images):
            raise UserError(f"labels: expected images 0 to {images - 1:,}, found {self.numbers.max():,}")
        if len(self.present) == 0:
            raise UserError("no image has a label: label at least one of each of two classes")
        if len(self.present) == 1:
            some = "the only label" if len(self.numbers) == 1 else f"all {len(self.numbers)} labels"
            raise UserError(f"there is nothing to tell apart: {some} name one class; label an image of another class")
