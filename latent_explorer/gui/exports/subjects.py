"""What there is to export: each kind knows its content, and what of the choices it heeds."""

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region, grid_points
from latent_explorer.charts import Chart
from latent_explorer.engine.client import EngineClient, Want
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.export import Format, Kind, LatentTable, PathArrays, Provenance, side_by_side
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.session import OpenBundle

_PICTURE = Choices("png", scale=16)
_BATCH = 1024  # pictures decoded at a time
_SHOWN_CELLS = 4096  # of a grid's preview
MAX_COLUMNS = 1024
"""The most columns of a grid, and rows."""


class Subject(ABC):
    """A thing of one kind to export; unless it says otherwise, nothing is to be decoded and no choice changes it.

    name: of the file, suggested, without a suffix; it may have characters that no file may. title: of the dialog.
    default: what is chosen at first. waiting: what the engine does while it is waited for, in one word.
    live: whether it changes with what the window shows. of_format: whether it heeds what the format does.
    """

    kind: Kind
    name: str
    title: str
    default = Choices("png")
    waiting = "Decoding"
    live = False
    of_format = True

    def heeds(self, known: Format) -> tuple[str, ...]:
        """The fields of Choices that change the content in this format."""
        return ()

    def hints(self, choices: Choices) -> dict[str, str]:
        """What the special value 0 of a field stands for, by the field's name."""
        return {"per_row": "all in one row"}

    def lighter(self, choices: Choices) -> Choices:
        """Choices that look the same on a screen, with less to make."""
        return choices

    def wants(self, choices: Choices) -> list[Want]:
        """What the engine has to give first."""
        return []

    def other(self, known: Format, choices: Choices) -> "Other | None":
        """What is joined to it of another map; None where nothing is."""
        return None

    def joined(self, known: Format, choices: Choices, content: Any, other: Any) -> Any:
        """What the format's writer takes, made of its own content and that of the other."""
        raise NotImplementedError

    @abstractmethod
    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        """The content's shape."""

    @property
    def settled(self) -> bool:
        """Whether all that is to be seen is there, besides what the engine is asked for here."""
        return True

    def content_of(
        self,
        known: Format,
        choices: Choices,
        pictures: NDArray[np.uint8] | None,
        values: dict[Hashable, NDArray[np.float32]],
    ) -> Any:
        """What the format's writer takes, made of the pictures and values that were wanted."""
        return self.content(known, choices, pictures)

    @abstractmethod
    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        """What the format's writer takes, made of the pictures that were wanted."""

    @abstractmethod
    def provenance(self, choices: Choices) -> Provenance:
        """Where it comes from."""


@dataclass(frozen=True, eq=False)
class Other:
    """A subject of another map, whose engine `client` leads to."""

    subject: Subject
    client: EngineClient


@dataclass(frozen=True, eq=False)
class DecodedSubject(Subject):
    """The picture of a latent (d,), or those of the frames (n, d) of a path. image_shape: (h, w, c).

    They are decoded once more, so that a command, or Python, gives the same to the bit.
    """

    kind: Kind
    name: str
    title: str
    latents: NDArray[np.float32]
    image_shape: tuple[int, int, int]
    source: Provenance
    default: Choices = _PICTURE

    def wants(self, choices: Choices) -> list[Want]:
        z = np.atleast_2d(self.latents)
        return [want_pictures((self.kind, z.tobytes()), z, repeatable=True)]

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return *self.latents.shape[:-1], *self.image_shape

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        assert pictures is not None
        if known.key == "npz":
            return PathArrays(self.latents, pictures)
        return pictures if self.latents.ndim > 1 else pictures[0]

    def provenance(self, choices: Choices) -> Provenance:
        return self.source


@dataclass(frozen=True, eq=False)
class StripSubject(DecodedSubject):
    """The pictures along a path; with `second`, what the other map's model makes of it, as a row of its own.

    second: a DecodedSubject, of as many frames. stitched: how the latents were translated, for the provenance.
    """

    second: "Other | None" = None
    stitched: Provenance | None = None

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("pairs",) if self.second is not None and known.key != "npz" else ()

    def other(self, known: Format, choices: Choices) -> "Other | None":
        return self.second if known.key == "npz" or choices.pairs != "alone" else None

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        own = super().shape(known, choices)
        if known.key == "npz" or (other := self.other(known, choices)) is None:
            return own
        sides = map(max, own[1:], other.subject.shape(known, choices)[1:])
        return len(self.latents), *((1, 2) if choices.pairs == "beside" else (2, 1)), *sides

    def joined(self, known: Format, choices: Choices, content: Any, other: Any) -> Any:
        if known.key == "npz":
            return replace(content, other_latents=other.latents, other_pictures=other.pictures)
        return side_by_side(content, other, across=choices.pairs == "beside")

    def provenance(self, choices: Choices) -> Provenance:
        return self.source if self.stitched is None or choices.pairs == "alone" else self.stitched


@dataclass(frozen=True, eq=False)
class GridSubject(Subject):
    """The region seen, decoded in columns and rows. image_shape: (h, w, c)."""

    name: str
    model: str
    region: Region
    chart: Chart
    image_shape: tuple[int, int, int]
    kind = "grid"
    title = "Export grid"

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
        batches = {start: points[start : start + _BATCH] for start in range(0, len(points), _BATCH)}
        return [
            want_pictures((points.shape, start), self.chart.to_latent(part), repeatable=True)
            for start, part in batches.items()
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
class LatentsSubject(Subject):
    """The latents of all images, or of those whose classes are shown; or of the chosen ones (n,)."""

    name: str
    bundle: OpenBundle
    hidden: frozenset[int]
    chosen: NDArray[np.bool_] | None = None
    title: str = "Export latents"
    kind = "latents"
    default = Choices("npz")

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("shown_only",) if self.bundle.class_names and self.chosen is None else ()

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        return int(self._kept(choices).sum()), self.bundle.latents.mean.shape[1]

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> LatentTable:
        all_of = self.bundle.latents
        table = LatentTable(
            mean=all_of.mean,
            log_variance=all_of.log_variance,
            label=all_of.label,
            split=all_of.split,
            error=all_of.error,
            class_names=self.bundle.class_names,
            index=np.arange(len(all_of)),
        )
        return table.rows(self._kept(choices))

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
