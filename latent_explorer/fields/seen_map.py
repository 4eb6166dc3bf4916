"""The images of a bundle where a chart shows them, and the expected error of that map's pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import ExpectedError, Look, Projection
from latent_explorer.bundles import BundleConfig, Latents, read_fits
from latent_explorer.charts import Chart, ChartSpec, FitCache, brought, chart_for, checked, fitted_as, needs_fit
from latent_explorer.places import chart_folder

_AT_ONCE = 4_096
Places = NDArray[np.floating]
Measure = Callable[[Callable[[Any, Any], Any], NDArray[np.float32]], NDArray[np.float32]]
"""See `FieldInput`."""


@dataclass(frozen=True, eq=False)
class SeenMap:
    """Images of latents float32 (n, d), at their places on a chart's map."""

    chart: Chart
    latents: NDArray[np.float32]

    @property
    def invents(self) -> bool:
        """Whether the chart knows the places of the images, and guesses the latents between them."""
        return hasattr(self.chart, "points")

    def prepare(self) -> None:
        """Compute what measuring the map, and learning from it, need; takes some tenths of a second."""
        _ = self.projection, self.invents and self.shown

    @cached_property
    def uv(self) -> NDArray[np.float32]:
        """Where the images are on the map, (n, 2)."""
        return self.chart.to_plane(self.latents).astype(np.float32)

    @cached_property
    def shown(self) -> NDArray[np.float32]:
        """The chart's latents (n, d) at these places."""
        parts = range(0, len(self.uv), _AT_ONCE)
        return np.concatenate([self.chart.to_latent(self.uv[start : start + _AT_ONCE]) for start in parts])

    @cached_property
    def projection(self) -> Projection:
        """The neighbourhoods on the map compared with those of latent space."""
        return Projection(self.latents, self.uv)


def seen_map(folder: Path, config: BundleConfig, latents: Latents, chart: str) -> SeenMap:
    """The map of the bundle in a folder through the chart with a spec's text, which is ready to place latents.

    A fit is taken from the bundle or from the cache. Raises UserError if there is no such chart, or no fit of it.
    """
    spec = checked(ChartSpec.of(chart), latents.mean.shape[1])
    fitted = None
    if needs_fit(spec):
        kept = FitCache(chart_folder())
        fitted = brought(read_fits(folder, config), spec) or kept.read(config.seal, fitted_as(spec))
    seen_through = chart_for(latents.mean, spec, config.turn, labels=latents.label, fitted=fitted)
    _ = seen_through.to_plane(latents.mean[:1] + np.float32(1e-3))  # the first that is no datum takes long
    return SeenMap(seen_through, latents.mean)


@dataclass(frozen=True, eq=False)
class Expectation:
    """The expected error of a map's pictures. code: (pixels, k), see `analysis.coding`."""

    expected: ExpectedError
    code: NDArray[np.float32]

    def error(self, measure: Measure, uv: Places, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """The expected mean squared error (n,) at places (n, 2), whose latents are z (n, d)."""
        return self.expected.error(uv, Look.of(measure(pixels, z), self.code))

    def cover(self, uv: Places, error: NDArray[np.floating]) -> NDArray[np.float64]:
        """How little the data determine places (n, 2) with this error, (n,); see `ExpectedError.cover`."""
        return self.expected.cover(uv, error)


def pixels(model: Any, z: Any) -> Any:
    """The pixels (n, c h w) in [0, 1] of the pictures of latents (n, d), tensors."""
    return model.decode(z).flatten(1)
