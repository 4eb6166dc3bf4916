"""Values of images that the model does not know, and that the caller must supply."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import EngineError

if TYPE_CHECKING:
    from latent_explorer.analysis import Neighbourhood


@dataclass(frozen=True, eq=False)
class GivenValues:
    """latents: float32 (n, d), of the images of a bundle. values: float32 (n,), nan for an image without one.

    Raises EngineError if their numbers differ, or no value is known.
    """

    latents: NDArray[np.float32]
    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.latents),):
            raise EngineError(f"values of {self.values.shape} images: expected one for each of {len(self.latents):,}")
        if not np.isfinite(self.values).any():
            raise EngineError("values of images: expected at least one that is known")

    def mean(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """Their mean (n,) over the 10 images with a value that are nearest to latents (n, d), weighted by distance."""
        near, values = self._among
        return near.interpolated(values, z)

    @cached_property
    def _among(self) -> "tuple[Neighbourhood, NDArray[np.float32]]":
        from latent_explorer.analysis import Neighbourhood

        known = np.isfinite(self.values)
        return Neighbourhood(self.latents[known], None, 0), self.values[known]
