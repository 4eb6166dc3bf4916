"""Content by style: pictures by a conditional model of classes in the styles of images."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.array_like import as_array, as_latents
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.engine.handlers.choose_styles import row_names
from latent_explorer.errors import UserError
from latent_explorer.safe_text import safe_text

MOST = 200
"""The maximum number of rows or columns of a grid."""


@dataclass(frozen=True, eq=False)
class StyleSource:
    """The parts of a bundle that rows and columns of a grid are chosen from.

    images: returns the originals uint8 (k, h, w, c) of latents by number (k,); None if they are missing.
    """

    name: str
    config: BundleConfig
    latents: Latents
    images: Callable[[NDArray[np.int64]], NDArray[np.uint8] | None]


@dataclass(frozen=True, eq=False)
class StyleAxes:
    """Rows and columns of a grid of content by style.

    labels: int64 (rows,). latents: float32 (columns, d). names: of rows and columns. images: the originals, uint8
    (rows, h, w, c) and (columns, h, w, c); None if there are none.
    """

    labels: NDArray[np.int64]
    latents: NDArray[np.float32]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    images: tuple[NDArray[np.uint8] | None, NDArray[np.uint8] | None]


def style_axes(bundle: StyleSource, content: Any, style: Any, styles: int, how: str, seed: int) -> StyleAxes:
    """The axes of a grid; content, style, styles, how and seed as in `Bundle.style_grid`. Raises UserError."""
    classes = bundle.config.net.classes
    if not classes or not bundle.config.decodes:
        raise UserError(f"{bundle.name} is given no class: it has no style apart from content; see the family cvae")
    rows = None if content is None else _numbers(content, "content", len(bundle.latents))
    if rows is not None and bundle.latents.label is None:
        raise UserError(f"{bundle.name} has no labels: the class of an image is not known, leave content out")
    labels = np.arange(classes)[:MOST] if rows is None else _labels(bundle, rows)
    columns, latents = _styles(bundle, style, styles, how, seed)
    names = tuple(safe_text(name) for name in bundle.config.dataset.class_names)
    column_names = [str(number) for number in (range(1, 1 + len(latents)) if columns is None else columns.tolist())]
    images = [None if numbers is None else bundle.images(numbers) for numbers in (rows, columns)]
    return StyleAxes(labels, latents, (row_names(names, labels, rows), tuple(column_names)), (images[0], images[1]))


def _labels(bundle: StyleSource, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    assert bundle.latents.label is not None
    return bundle.latents.label[rows].astype(np.int64)


def _styles(
    bundle: StyleSource, style: Any, styles: int, how: str, seed: int
) -> tuple[NDArray[np.int64] | None, NDArray[np.float32]]:
    """The numbers of the images that styles are taken from, if any, and their latents (k, d)."""
    from latent_explorer.analysis.styles import choose_styles

    means = bundle.latents.mean
    if style is None:
        columns = choose_styles(means, styles, how, seed)
        return columns, means[columns]
    array = as_array(style, "style")
    if array.dtype.kind == "f" or array.ndim == 2:
        return None, np.atleast_2d(as_latents(array, bundle.config.net.latent_dim))[:MOST]
    columns = _numbers(array, "style", len(means))
    return columns, means[columns]


def _numbers(given: Any, name: str, count: int) -> NDArray[np.int64]:
    """Image numbers int64 (k,), checked. Raises UserError if one does not exist, or there are too many."""
    array = np.atleast_1d(as_array(given, name))
    if array.ndim != 1 or array.dtype.kind not in "iu" or not 0 < len(array) <= MOST:
        raise UserError(f"{name}: expected 1 to {MOST} numbers of images, found {array.dtype} {array.shape}")
    if array.min() < 0 or array.max() >= count:
        raise UserError(f"{name}: expected numbers of images, 0 to {count - 1:,}, found {array.min()} to {array.max()}")
    return array.astype(np.int64)
