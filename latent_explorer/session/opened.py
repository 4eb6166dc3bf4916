"""A bundle as the window sees it: configuration and latents, no weights."""

import atexit
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents, Tiles, read_config, read_fits, read_latents, read_tiles
from latent_explorer.charts import (
    Arrays,
    Chart,
    ChartSpec,
    FitCache,
    NonlinearChart,
    TurnedChart,
    brought,
    bulk,
    chart_for,
    checked,
    fitted_as,
    needs_fit,
    usual_spec,
)
from latent_explorer.places import chart_folder
from latent_explorer.safe_text import safe_text

_JOIN_SECONDS = 10.0


@dataclass(frozen=True, eq=False)
class OpenBundle:
    """A bundle's configuration, its latents, and the chart through which they are seen.

    uv: float32 (n, 2), the place of each image on the plane. tiles: the included pictures, if any.
    spec: of the chart, as chosen; None for the default one. label: the class given to a conditional decoder.
    fits: the fits of the included charts, by spec.
    """

    folder: Path
    config: BundleConfig
    latents: Latents
    chart: Chart
    uv: NDArray[np.float32]
    tiles: Tiles | None = None
    spec: ChartSpec | None = None
    label: int = 0
    fits: Mapping[str, Arrays] = field(default_factory=dict)

    @property
    def usual(self) -> ChartSpec:
        """The chart that the bundle opens with: the first included one, or the default for its dimensions."""
        return usual_spec(self.fits, self.latents.mean.shape[1])

    @property
    def name(self) -> str:
        """The displayable name of its folder, by which it is found; for a moment of a run, the run's."""
        return safe_text(self.folder.absolute().name if self.config.moment is None else self.config.name)

    @property
    def seal(self) -> str:
        """The identity of the bundle: the hashes of its files."""
        return self.config.seal

    @property
    def chart_text(self) -> str:
        """The text of its chart's spec, including that of the default chart."""
        return (self.chart.chart if isinstance(self.chart, TurnedChart) else self.chart).name

    def with_chart(self, spec: ChartSpec | None, fitted: Arrays | None = None) -> "OpenBundle":
        """The same bundle seen through another chart; None for the default one.

        fitted: the result of the fit, for kinds that have one; else the kept one is used (see `session.fitting`).
        Raises UserError if the spec is not possible here, or its kind must be fitted first.
        """
        means, label = self.latents.mean, self.latents.label
        chosen = checked(spec or self.usual, means.shape[1])
        if fitted is None and needs_fit(chosen):
            fitted = self.fitted(chosen)
        chart = chart_for(means, chosen, self.config.turn, labels=label, fitted=fitted)
        uv = chart.to_plane(means).astype(np.float32)
        return replace(self, chart=chart, uv=uv, spec=None if spec is None else chosen)

    def fitted(self, spec: ChartSpec) -> Arrays | None:
        """The fit of a checked spec, included in the bundle or kept on disk; None if there is none."""
        return brought(self.fits, spec) or FitCache(chart_folder()).read(self.seal, fitted_as(spec))

    def continues(self, other: "OpenBundle") -> bool:
        """Whether it is the same bundle, or shows the same images at another moment of the same run, or as another
        class."""
        run, before = (each.config.moment and each.folder.parent for each in (self, other))
        decoded_as_another = self.latents is other.latents and self.label != other.label
        return self is other or decoded_as_another or (run is not None and run == before)

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """The displayable names of the classes; none if the data have no labels."""
        return tuple(map(safe_text, self.config.dataset.class_names)) if self.latents.label is not None else ()

    @property
    def points(self) -> str:
        """The kind of its points, in a word: images, draws from the prior, or both."""
        return "points" if self.latents.images_from else "draws" if self.latents.draws else "images"

    def called(self, number: int) -> str:
        """The name of a point: the image by its number in the dataset, or a draw from the prior."""
        latents = self.latents
        return f"Draw {number}" if number < latents.draws else f"Image {int(latents.images(np.array([number]))[0])}"

    def class_words(self, number: int) -> str:
        """The class of a point, for the middle of a sentence; "" if there are no classes. For a draw, the class seen in
        it."""
        if self.latents.label is None:
            return ""
        seen = ", as the classifier sees it" if number < self.latents.draws else ""
        return f"class {self.class_names[self.latents.label[number]]}{seen}"

    @cached_property
    def class_counts(self) -> NDArray[np.int64]:
        """The number of images of each class."""
        if self.latents.label is None:
            return np.zeros(0, np.int64)
        return np.bincount(self.latents.label, minlength=len(self.class_names))

    @cached_property
    def home(self) -> NDArray[np.float32]:
        """The bulk of the points (m, 2), to which the view is fitted."""
        return bulk(self.uv)


_preparing, _ending = threading.Lock(), threading.Event()


def _prepare(chart: NonlinearChart) -> None:
    """Compute the surfaces of charts, one after another, unless the program is ending."""
    with _preparing:
        if not _ending.is_set():
            chart.prepare()


@atexit.register
def _finish_preparing() -> None:
    """Wait for the current transform, because interrupting it aborts the process; skip the others."""
    _ending.set()
    _preparing.acquire(timeout=_JOIN_SECONDS)


def open_bundle(folder: Path, tell: Callable[[str], None] = lambda stage: None) -> OpenBundle:
    """Read what the window needs of a bundle. Raises BundleError with the reason if it is broken.

    tell: called before each stage with a description.
    """
    config = read_config(folder)
    tell("reading the latents")
    latents, tiles = read_latents(folder, config), read_tiles(folder, config)
    tell("laying out the map")
    fits = read_fits(folder, config)
    spec = usual_spec(fits, latents.mean.shape[1])
    chart = chart_for(latents.mean, spec, config.turn, fitted=brought(fits, spec))
    if isinstance(chart, NonlinearChart):
        threading.Thread(
            target=_prepare, args=(chart,), name="chart surface", daemon=True
        ).start()  # the points can be seen
    uv = chart.to_plane(latents.mean).astype(np.float32)
    return OpenBundle(folder, config, latents, chart, uv, tiles, fits=fits)


def begin_opening(folders: Sequence[Path]) -> "Future[OpenBundle]":
    """Open the first of several bundles that exists, else the first, in a thread, while the caller does other things.

    The result, or the BundleError, is that of `open_bundle`.
    """
    opened: Future[OpenBundle] = Future()

    def work() -> None:
        try:
            there = (folder for folder in folders if (folder / "config.json").is_file())
            opened.set_result(open_bundle(next(there, folders[0])))
        except Exception as error:  # whatever it is, who asks for the result is told
            opened.set_exception(error)

    threading.Thread(target=work, name="bundle reader", daemon=True).start()
    return opened
