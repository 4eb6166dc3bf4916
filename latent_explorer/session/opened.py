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

    uv: float32 (n, 2), the place of each image on the plane. tiles: the pictures that the bundle brings along, if any.
    spec: of the chart, as chosen; None for the usual one. label: the class that a conditional decoder is given.
    fits: what was fitted of the charts that it brings along, by spec.
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
        """The chart that the bundle opens with: the first that it brings along, or what is usual for its dimensions."""
        return usual_spec(self.fits, self.latents.mean.shape[1])

    @property
    def name(self) -> str:
        """As it may be shown: that of its folder, by which one finds it again; of a moment of a run, the run's."""
        return safe_text(self.folder.absolute().name if self.config.moment is None else self.config.name)

    @property
    def seal(self) -> str:
        """What tells this bundle from every other: the hashes of its files."""
        return self.config.seal

    @property
    def chart_text(self) -> str:
        """The spec of its chart as it is written; the usual one has one too."""
        return (self.chart.chart if isinstance(self.chart, TurnedChart) else self.chart).name

    def with_chart(self, spec: ChartSpec | None, fitted: Arrays | None = None) -> "OpenBundle":
        """The same bundle seen through another chart; the usual one for None.

        fitted: what the fit gave, for kinds that have one; else what is kept of it (see `session.fitting`).
        Raises UserError where the spec is not possible here, or its kind has to be fitted first.
        """
        means, label = self.latents.mean, self.latents.label
        chosen = checked(spec or self.usual, means.shape[1])
        if fitted is None and needs_fit(chosen):
            fitted = self.fitted(chosen)
        chart = chart_for(means, chosen, self.config.turn, labels=label, fitted=fitted)
        uv = chart.to_plane(means).astype(np.float32)
        return replace(self, chart=chart, uv=uv, spec=None if spec is None else chosen)

    def fitted(self, spec: ChartSpec) -> Arrays | None:
        """What the fit of a checked spec gave, as the bundle brings it along or as it is kept; None where it is not."""
        return brought(self.fits, spec) or FitCache(chart_folder()).read(self.seal, fitted_as(spec))

    def continues(self, other: "OpenBundle") -> bool:
        """Whether it is the same, or shows the same images at another moment of the same run, or as another class."""
        run, before = (each.config.moment and each.folder.parent for each in (self, other))
        decoded_as_another = self.latents is other.latents and self.label != other.label
        return self is other or decoded_as_another or (run is not None and run == before)

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, as they may be shown; none where the data have no labels."""
        return tuple(map(safe_text, self.config.dataset.class_names)) if self.latents.label is not None else ()

    @property
    def points(self) -> str:
        """What its points are, in a word: images, draws from the prior, or both."""
        return "points" if self.latents.images_from else "draws" if self.latents.draws else "images"

    def called(self, number: int) -> str:
        """What a point is called: the image by its place in the dataset, or a draw from the prior."""
        latents = self.latents
        return f"Draw {number}" if number < latents.draws else f"Image {int(latents.images(np.array([number]))[0])}"

    def class_words(self, number: int) -> str:
        """The class of a point, for the middle of a sentence; "" where there are none. Of a draw it is what is seen."""
        if self.latents.label is None:
            return ""
        seen = ", as the classifier sees it" if number < self.latents.draws else ""
        return f"class {self.class_names[self.latents.label[number]]}{seen}"

    @cached_property
    def class_counts(self) -> NDArray[np.int64]:
        """How many images each class has."""
        if self.latents.label is None:
            return np.zeros(0, np.int64)
        return np.bincount(self.latents.label, minlength=len(self.class_names))

    @cached_property
    def home(self) -> NDArray[np.float32]:
        """The bulk of the points (m, 2): what to fit the view to."""
        return bulk(self.uv)


_preparing, _ending = threading.Lock(), threading.Event()


def _prepare(chart: NonlinearChart) -> None:
    """Have the surface of a chart made, one after another, unless the program is ending."""
    with _preparing:
        if not _ending.is_set():
            chart.prepare()


@atexit.register
def _finish_preparing() -> None:
    """A transform that is cut off in the middle aborts the process: the one under way is waited for, others not."""
    _ending.set()
    _preparing.acquire(timeout=_JOIN_SECONDS)


def open_bundle(folder: Path, tell: Callable[[str], None] = lambda stage: None) -> OpenBundle:
    """Read what the window needs of a bundle. Raises BundleError with the reason where it is broken.

    tell: called before each stage with what it does, in words.
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
    """Open the first of some bundles that is there, else the first, in a thread: for who has other things to do first.

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
