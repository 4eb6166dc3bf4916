"""The subjects of exports: each kind knows its content, and which choices apply."""

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
from latent_explorer.export import Format, Kind, LatentTable, PathArrays, PictureRows, Provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.session import OpenBundle

PICTURE = Choices("png", scale=16)
_BATCH = 1024  # pictures decoded at a time
_SHOWN_CELLS = 4096  # maximum of a grid's preview
MAX_COLUMNS = 1024
"""The maximum number of columns and of rows of a grid."""


class Subject(ABC):
    """Content of one kind to export; by default, nothing is decoded and no choice applies.

    name: the suggested file name without suffix; may contain invalid characters. title: of the dialog. default: the
    initial choices. waiting: the engine's work, in one word. live: whether it changes with the window. of_format:
    whether the choices of the format apply.
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
        """The meaning of the value 0, by field."""
        return {"per_row": "all in one row"}

    def lighter(self, choices: Choices) -> Choices:
        """Lighter choices that look the same on screen."""
        return choices

    def shown_captions(self, known: Format, choices: Choices) -> tuple[str, ...]:
        """The captions of its rows."""
        return ()

    def wants(self, choices: Choices) -> list[Want]:
        """The batches needed from the engine."""
        return []

    def other(self, known: Format, choices: Choices) -> "Other | None":
        """The subject of another map that is joined to it; None for none."""
        return None

    def joined(self, known: Format, choices: Choices, content: Any, other: Any) -> Any:
        """The content for the format's writer, joined from both subjects."""
        raise NotImplementedError

    @abstractmethod
    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        """The content's shape."""

    @property
    def settled(self) -> bool:
        """Whether everything else that it shows is loaded."""
        return True

    def content_of(
        self,
        known: Format,
        choices: Choices,
        pictures: NDArray[np.uint8] | None,
        values: dict[Hashable, NDArray[np.float32]],
    ) -> Any:
        """The content for the format's writer, from pictures and values."""
        return self.content(known, choices, pictures)

    @abstractmethod
    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        """The content for the format's writer, from pictures."""

    @abstractmethod
    def provenance(self, choices: Choices) -> Provenance:
        """The provenance of the content."""


@dataclass(frozen=True, eq=False)
class Other:
    """A subject of another map, with the client of its engine."""

    subject: Subject
    client: EngineClient


@dataclass(frozen=True, eq=False)
class DecodedSubject(Subject):
    """The picture of a latent (d,), or the pictures of frames (n, d) of a path. image_shape: (h, w, c).

    They are decoded again, reproducibly, so that commands and Python give the same bits.
    """

    kind: Kind
    name: str
    title: str
    latents: NDArray[np.float32]
    image_shape: tuple[int, int, int]
    source: Provenance
    default: Choices = PICTURE

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
    """The pictures along a path, with rows for a second curve and for another map's model.

    latents: (n, d). compared: along the second curve (n, d). second: a DecodedSubject of the other map with as many
    frames. captions: of all rows. told: the provenance.
    """

    compared: NDArray[np.float32] | None = None
    second: "Other | None" = None
    captions: tuple[str, ...] = ()
    told: Provenance | None = None

    def heeds(self, known: Format) -> tuple[str, ...]:
        several = self.second is not None or self.compared is not None
        return ("pairs",) if several and known.key != "npz" else ()

    def wants(self, choices: Choices) -> list[Want]:
        z = self.latents if self.compared is None else np.concatenate([self.latents, self.compared])
        return [want_pictures((self.kind, z.tobytes()), z, repeatable=True)]

    def other(self, known: Format, choices: Choices) -> "Other | None":
        return self.second if known.key == "npz" or choices.pairs != "alone" else None

    def shown_captions(self, known: Format, choices: Choices) -> tuple[str, ...]:
        return self.captions if self._rows(known, choices) > 1 else ()

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        rows, sides = self._rows(known, choices), self.image_shape
        if rows == 1:
            return sides if self.kind == "picture" else (len(self.latents), *sides)
        if (other := self.other(known, choices)) is not None:
            sides = tuple(map(max, sides, other.subject.shape(known, choices)[-3:]))  # type: ignore[assignment] # three
        return len(self.latents), *((1, rows) if choices.pairs == "beside" else (rows, 1)), *sides

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        assert pictures is not None
        own, *more = np.split(pictures, [len(self.latents)]) if self.compared is not None else [pictures]
        if known.key == "npz":
            arrays = PathArrays(self.latents, own)
            return replace(arrays, compared_latents=self.compared, compared_pictures=more[0]) if more else arrays
        if self._rows(known, choices) == 1:
            return own[0] if self.kind == "picture" else own
        rows = [own, *more]
        return rows if self.other(known, choices) is not None else self._put_together(rows, choices)

    def joined(self, known: Format, choices: Choices, content: Any, other: Any) -> Any:
        if known.key == "npz":
            return replace(content, other_latents=other.latents, other_pictures=other.pictures)
        return self._put_together([*content, other], choices)

    def provenance(self, choices: Choices) -> Provenance:
        return self.source if self.told is None or choices.pairs == "alone" else self.told

    def _rows(self, known: Format, choices: Choices) -> int:
        """The number of rows in the file; 1 for arrays, which are side by side."""
        if known.key == "npz" or choices.pairs == "alone":
            return 1
        return 1 + (self.compared is not None) + (self.second is not None)

    def _put_together(self, rows: list[NDArray[np.uint8]], choices: Choices) -> PictureRows:
        return PictureRows.of(rows, self.captions, across=choices.pairs == "beside")


@dataclass(frozen=True, eq=False)
class GridSubject(Subject):
    """The visible region decoded in columns and rows. image_shape: (h, w, c)."""

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
        """The chosen rows, or as many as keep the proportions of the map."""
        height, width, _ = self.image_shape
        by_aspect = round(choices.columns * self.region.height / self.region.width * width / height)
        return choices.rows or max(1, by_aspect)


@dataclass(frozen=True, eq=False)
class LatentsSubject(Subject):
    """The latents of all images, of those with visible classes, or of the chosen ones (n,)."""

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
            index=all_of.images(np.arange(len(all_of))),
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
    """An exact text of a region, for the provenance."""
    sides = [region.left, region.bottom, region.right, region.top]
    return f"the region {sides} (left, bottom, right, top) of the {chart.name} chart"
