"""Previews: the size and look of a file, from writing it to a temporary folder."""

import csv
import itertools
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtGui import QImage, QImageReader

from latent_explorer.export import (
    Format,
    LatentTable,
    Options,
    PathArrays,
    PictureRows,
    captions_of,
    read_mp4,
    shown_size,
    strip_size,
)
from latent_explorer.gui.exports.maker import Order
from latent_explorer.gui.exports.worker import Watch
from latent_explorer.gui.widgets.images import to_qimage

_SHOWN_PIXELS = 2_000_000  # maximum for all pictures of a preview
_TRIED_PIXELS = 4_500_000  # maximum written to estimate the file's size
_TRIED_ROWS = 1000
_SHOWN_ROWS, _SHOWN_COLUMNS = 9, 8
_STILL_MS = 150  # duration of each picture without its own time


@dataclass(frozen=True)
class Extent:
    """The pixels of each picture in a file, and the number of pictures, for animations and folders."""

    width: int
    height: int
    count: int = 1

    @property
    def pixels(self) -> int:
        return self.width * self.height * self.count


def extent(known: Format, shape: tuple[int, ...], options: Options, captions: tuple[str, ...] = ()) -> Extent:
    """The extent of content with a shape: as for its writer, (n, d) for latents, (h, w, c) for a sheet.

    captions: of its rows.
    """
    if known.kind in ("latents", "map", "sheet"):
        return Extent(shape[1], shape[0])
    *many, height, width, _ = shape
    scale = options.scale if "scale" in known.heeds else 1
    if known.kind == "filmstrip" and "per_row" in known.heeds:
        grids = shape if len(many) == 3 else (*many, 1, 1, *shape[-3:])
        high, wide = strip_size(grids, options, captions)
        return Extent(wide, high)
    if len(many) == 3:  # each frame has several pictures
        many, (height, width) = many[:1], shown_size(shape, scale, captions)
    else:
        height, width = height * scale, width * scale
    match many:
        case [rows, columns]:
            gap = options.gap
            return Extent(columns * (width + gap) - gap, rows * (height + gap) - gap)
        case [frames]:
            back = max(0, frames - 2) if options.ping_pong and "ping_pong" in known.heeds else 0
            return Extent(width, height, frames + back)
    return Extent(width, height)


def extent_words(known: Format, shape: tuple[int, ...], options: Options, captions: tuple[str, ...] = ()) -> str:
    """The extent as text."""
    size = extent(known, shape, options, captions)
    if known.kind == "latents":
        return f"{size.height:,} {_plural('image', size.height)}, {size.width} {_plural('dimension', size.width)}"
    sides = f"{size.width:,} × {size.height:,} pixels"
    if known.key == "npz":
        return f"{size.count:,} latents, and pictures of {sides}"
    if known.kind != "filmstrip" or "per_row" in known.heeds:
        return sides
    if "seconds" in known.heeds:
        return f"{size.count:,} frames of {sides}, {size.count * options.seconds:.3g} seconds"
    return f"{size.count:,} pictures of {sides}"


def bytes_words(count: float, *, exact: bool) -> str:
    """A file size as text: "12 KB", or "about 12 KB"."""
    words = f"{count:.0f} bytes"
    for unit in ("KB", "MB", "GB"):
        if count < 1000:
            break
        count /= 1000
        words = f"{count:.1f} {unit}" if count < 10 else f"{count:,.0f} {unit}"
    return words if exact else f"about {words}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


@dataclass(frozen=True, eq=False)
class Draft:
    """The preview of a file and its size.

    frames: its pictures, each with its duration in milliseconds; for latents the rows of a table, with a header. bytes:
    of the file; exact: whether it is measured on the whole file.
    """

    frames: tuple[tuple[QImage, int], ...]
    table: tuple[tuple[str, ...], ...]
    bytes: float
    exact: bool


def drafted(order: Order, watch: Watch) -> Draft:
    """The draft of an order, made in a fraction of a second. Raises UserError like writing, and Cancelled."""
    with tempfile.TemporaryDirectory(prefix="latent-explorer-") as folder:
        if isinstance(order.content, LatentTable | PathArrays):
            return _drafted_table(order, Path(folder), watch)
        light = _lighter(order)
        shown = file = _written(light, Path(folder, "shown"), watch)
        share = 1.0
        if light is not order:
            part, share = _part(order)
            file = _written(part, Path(folder, "tried"), watch)
        return Draft(tuple(_pictures(shown)), (), _size(file) / share, share == 1.0)


def _drafted_table(order: Order, folder: Path, watch: Watch) -> Draft:
    part, share = _part(order)
    file = _written(part, folder / "tried", watch)
    rows = _csv_rows(file) if file.suffix == ".csv" else _array_rows(order.content)
    return Draft((), tuple(rows), _size(file) / share, share == 1.0)


def _written(order: Order, path: Path, watch: Watch) -> Path:
    return order.write(order.format.named(path), overwrite=False, watch=watch)


def _size(file: Path) -> int:
    return sum(each.stat().st_size for each in (file.iterdir() if file.is_dir() else [file]))


def _lighter(order: Order) -> Order:
    """The order, or a lighter one that looks the same on screen, with smaller pictures and fewer frames."""
    if not isinstance(order.content, np.ndarray | PictureRows) or order.format.kind == "map":
        return order
    captions, options = captions_of(order.content), order.options
    size = extent(order.format, order.content.shape, options, captions)
    if size.pixels <= _SHOWN_PIXELS:
        return order
    scale = max(1, math.floor(options.scale * math.sqrt(_SHOWN_PIXELS / size.pixels)))
    gap = math.ceil(options.gap * scale / options.scale)
    options = replace(options, scale=scale, gap=gap)
    size = extent(order.format, order.content.shape, options, captions)
    step = math.ceil(size.pixels / _SHOWN_PIXELS) if size.count > 1 else 1
    options = replace(options, seconds=min(60.0, options.seconds * step))
    return replace(order, content=_some(order.content, slice(None, None, step)), options=options)


def _part(order: Order) -> tuple[Order, float]:
    """The order with a part of its content that can be written quickly, and the share of that part."""
    content = order.content
    if isinstance(content, LatentTable):
        rows = min(len(content.mean), _TRIED_ROWS)
        return replace(order, content=content.rows(slice(rows))), rows / max(1, len(content.mean))
    if isinstance(content, PathArrays):
        return order, 1.0
    size = extent(order.format, content.shape, order.options, captions_of(content))
    share = min(1.0, _TRIED_PIXELS / size.pixels)
    if len(content.shape) == 5:  # a grid: its centre, with the same proportions
        kept = [max(1, math.floor(side * math.sqrt(share))) for side in content.shape[:2]]
        top, left = ((side - keep) // 2 for side, keep in zip(content.shape[:2], kept, strict=True))
        part = content[top : top + kept[0], left : left + kept[1]]
    elif len(content.shape) in (4, 6):
        part = _some(content, slice(max(1, math.floor(content.shape[0] * share))))
    else:
        part = content
    return replace(order, content=part), part.size / content.size


def _some(content: Any, frames: slice) -> Any:
    return content.some(frames) if isinstance(content, PictureRows) else content[frames]


def _pictures(file: Path) -> Iterator[tuple[QImage, int]]:
    if file.suffix == ".mp4":
        yield from ((to_qimage(frame), round(1000 * seconds)) for frame, seconds in read_mp4(file))
        return
    for each in sorted(file.iterdir()) if file.is_dir() else [file]:
        reader = QImageReader(str(each))
        while not (image := reader.read()).isNull():
            yield image, reader.nextImageDelay() if reader.supportsAnimation() else _STILL_MS
            if not reader.supportsAnimation():
                break


def _csv_rows(file: Path) -> Iterator[tuple[str, ...]]:
    with file.open(newline="", encoding="utf-8") as stream:
        for row in itertools.islice(csv.reader(stream), _SHOWN_ROWS):
            yield (*row[:_SHOWN_COLUMNS], *(["…"] if len(row) > _SHOWN_COLUMNS else []))


def _array_rows(content: LatentTable | PathArrays) -> Iterator[tuple[str, ...]]:
    yield "array", "shape", "type"
    for name, array in content.arrays().items():
        yield name, " × ".join(f"{side:,}" for side in array.shape), str(array.dtype)
    if isinstance(content, LatentTable):
        yield "class_names", f"{len(content.class_names):,}", "text"
