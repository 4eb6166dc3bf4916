"""What there is to export: each kind knows its content, and what of the choices it heeds."""

import math
import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region, grid_points
from latent_explorer.atlas.view import View
from latent_explorer.charts import Chart
from latent_explorer.engine.client import Want
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.export import Format, Kind, LatentTable, MapScene, Provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.scene import map_scene
from latent_explorer.gui.exports.subject import Plain
from latent_explorer.gui.exports.tables import rows_of
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import OpenBundle, Session

_PICTURE, _PNG, _NPZ = Choices("png", scale=16), Choices("png"), Choices("npz")
_BATCH = 1024  # pictures decoded at a time
_SHOWN_CELLS = 4096  # of a grid's preview
_SHOWN_ZOOM = 1.5  # of a map's preview
MAX_COLUMNS = 1024
"""The most columns of a grid, and rows."""


@dataclass(frozen=True, eq=False)
class PictureSubject(Plain):
    """One decoded picture uint8 (h, w, c), or a frame of a path."""

    name: str
    picture: NDArray[np.uint8]
    source: Provenance
    kind: Kind = "picture"
    title: str = "Export picture"
    default: Choices = _PICTURE

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return self.picture.shape

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        return self.picture

    def provenance(self, choices: Choices) -> Provenance:
        return self.source


@dataclass(frozen=True, eq=False)
class FilmstripSubject(Plain):
    """The frames of a path, uint8 (n, h, w, c)."""

    name: str
    frames: NDArray[np.uint8]
    source: Provenance
    default: Choices
    kind: Kind = "filmstrip"
    title: str = "Export filmstrip"

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return self.frames.shape

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        return self.frames

    def provenance(self, choices: Choices) -> Provenance:
        return self.source


@dataclass(frozen=True, eq=False)
class GridSubject(Plain):
    """The region seen, decoded in columns and rows. image_shape: (h, w, c)."""

    name: str
    model: str
    region: Region
    chart: Chart
    image_shape: tuple[int, int, int]
    kind: Kind = "grid"
    title: str = "Export grid"
    default: Choices = _PNG

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("columns", "rows")

    def hints(self, choices: Choices) -> dict[str, str]:
        return {"rows": f"{self._rows(replace(choices, rows=0))}, as on the map"}

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return self._rows(choices), choices.columns, *self.image_shape

    def lighter(self, choices: Choices) -> Choices:
        rows, columns = self._rows(choices), choices.columns
        share = min(1.0, math.sqrt(_SHOWN_CELLS / (rows * columns)))
        return replace(choices, columns=max(1, round(columns * share)), rows=max(1, round(rows * share)))

    def wants(self, choices: Choices) -> list[Want]:
        points = grid_points(self.region, choices.columns, self._rows(choices))
        starts = range(0, len(points), _BATCH)
        return [
            want_pictures((points.shape, start), self.chart.to_latent(points[start : start + _BATCH]))
            for start in starts
        ]

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        assert pictures is not None
        return pictures.reshape(self.shape(known, choices))

    def provenance(self, choices: Choices) -> Provenance:
        cells = f"{choices.columns} x {self._rows(choices)} cells of "
        return Provenance(self.model, cells + region_text(self.region, self.chart))

    def _rows(self, choices: Choices) -> int:
        """As chosen, or so many that a picture takes the room of its cell on the map."""
        height, width, _ = self.image_shape
        by_aspect = round(choices.columns * self.region.height / self.region.width * width / height)
        return choices.rows or max(1, by_aspect)


@dataclass(frozen=True, eq=False)
class MapSubject(Plain):
    """The map as it is shown whenever it is asked for."""

    name: str
    canvas: MapCanvas
    session: Session
    kind: Kind = "map"
    title: str = "Export map"
    default: Choices = _PNG
    live: bool = True

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("zoom",) if known.key == "png" else ("legend",)

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        if known.key == "svg":
            return self._view.height, self._view.width, 4
        return round(self.canvas.height() * choices.zoom), round(self.canvas.width() * choices.zoom), 4

    def lighter(self, choices: Choices) -> Choices:
        return replace(choices, zoom=min(choices.zoom, _SHOWN_ZOOM))

    def content(
        self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None
    ) -> NDArray[np.uint8] | MapScene:
        if known.key == "svg":
            return map_scene(self.canvas, self.session, legend=choices.legend)
        return to_array(self.canvas.picture(choices.zoom))[..., :3]

    def provenance(self, choices: Choices) -> Provenance:
        bundle = self.session.bundle
        return Provenance(bundle.name, region_text(self._view.region, bundle.chart))

    @property
    def _view(self) -> View:
        return self.canvas.view


@dataclass(frozen=True, eq=False)
class LatentsSubject(Plain):
    """The latents of all images, or of those whose classes are shown; or of the chosen ones (n,)."""

    name: str
    bundle: OpenBundle
    hidden: frozenset[int]
    chosen: NDArray[np.bool_] | None = None
    kind: Kind = "latents"
    title: str = "Export latents"
    default: Choices = _NPZ

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("shown_only",) if self.bundle.class_names and self.chosen is None else ()

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return int(self._kept(choices).sum()), self.bundle.latents.mean.shape[1]

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> LatentTable:
        latents = self.bundle.latents
        table = LatentTable(
            latents.mean,
            latents.log_variance,
            latents.label,
            latents.split,
            latents.error,
            self.bundle.class_names,
            np.arange(len(latents)),
        )
        return rows_of(table, self._kept(choices))

    def provenance(self, choices: Choices) -> Provenance:
        if self.chosen is not None:
            return Provenance(self.bundle.name, extra={"images": "a selection made on the map"})
        names = [name for label, name in enumerate(self.bundle.class_names) if label not in self.hidden]
        images = "of the classes " + ", ".join(names) if choices.shown_only else "all"
        return Provenance(self.bundle.name, extra={"images": images})

    def _kept(self, choices: Choices) -> NDArray[np.bool_]:
        if self.chosen is not None:
            return self.chosen
        label = self.bundle.latents.label
        if label is None or not choices.shown_only:
            return np.ones(len(self.bundle.latents), bool)
        return ~np.isin(label, list(self.hidden))


def region_text(region: Region, chart: Chart) -> str:
    """A region for the provenance, exactly."""
    sides = [region.left, region.bottom, region.right, region.top]
    return f"the region {sides} (left, bottom, right, top) of the {chart.name} chart"


def file_name(*parts: str) -> str:
    """A name that every file system takes."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", "_".join(parts)).strip(". ") or "export"
