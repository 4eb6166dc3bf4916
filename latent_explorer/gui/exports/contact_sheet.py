"""The selected images on a contact sheet."""

import json
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.client import Want
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.export import ContactSheet, Format, Provenance, sheet_shape
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.subjects import Subject
from latent_explorer.session import OpenBundle

MAX_IMAGES = 4096
"""The maximum number of images on a sheet."""

_SEED = 0
_BATCH = 256
_SHOWN_PIXELS = 1_500_000  # maximum of the preview


@dataclass(frozen=True, eq=False)
class SheetSubject(Subject):
    """The chosen images, bool (n,), of a bundle, sorted by class; an even sample if there are too many."""

    name: str
    bundle: OpenBundle
    chosen: NDArray[np.bool_]
    title: str
    kind = "sheet"
    default = Choices("png", scale=2, gap=2, columns=20)
    waiting = "Fetching"

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("columns", "most")

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        shape = (len(self._numbers(choices)), *self.bundle.config.net.image_shape)
        return sheet_shape(shape, choices.columns, self._caption(choices), choices.options)

    def lighter(self, choices: Choices) -> Choices:
        height, width, _ = self.bundle.config.net.image_shape
        pixels = len(self._numbers(choices)) * height * width
        scale = max(1, min(choices.scale, int((_SHOWN_PIXELS / pixels) ** 0.5)))
        return replace(choices, scale=scale, gap=-(-choices.gap * scale // choices.scale))

    def wants(self, choices: Choices) -> list[Want]:
        numbers = self._numbers(choices)
        batches = [numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH)]
        return [want_originals(batch.tobytes(), batch) for batch in batches]

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> ContactSheet:
        assert pictures is not None
        return ContactSheet(pictures, choices.columns, self._caption(choices))

    def provenance(self, choices: Choices) -> Provenance:
        numbers, dataset = self._numbers(choices), self.bundle.config.dataset.name
        images = f"of {dataset}, a selection made on the map: {self._how_many(len(numbers))}"
        return Provenance(self.bundle.name, extra={"images": images, "indices": json.dumps(numbers.tolist())})

    def _numbers(self, choices: Choices) -> NDArray[np.int64]:
        """The numbers of the images on the sheet, by class."""
        chosen, label = np.flatnonzero(self.chosen), self.bundle.latents.label
        in_order = chosen if label is None else chosen[np.argsort(label[chosen], kind="stable")]
        return even_sample(in_order, choices.most)

    def _caption(self, choices: Choices) -> str:
        by_class = ", by class" if self.bundle.class_names else ""
        return f"{self._how_many(len(self._numbers(choices)))}{by_class}. Selected with {self.bundle.name}."

    def _how_many(self, shown: int) -> str:
        count = int(np.count_nonzero(self.chosen))
        if shown < count:
            return f"{shown:,} of {count:,} images, an even sample (seed {_SEED})"
        return f"{count:,} image{'s' if count > 1 else ''}"


def even_sample(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most `most` of the numbers, in order: a random one from each of as many equal parts."""
    if len(numbers) <= most:
        return numbers
    edges = np.arange(most + 1) * len(numbers) // most
    return numbers[np.random.default_rng(_SEED).integers(edges[:-1], edges[1:])]
