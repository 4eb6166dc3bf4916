"""What is to be written, free of widgets, so that any thread may try it out and write it."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PyQt6.QtGui import QImage

from latent_explorer.export import Format, Options, Provenance
from latent_explorer.gui.exports.watched import Watch

_TRIED_PIXELS = 4_500_000  # so many are written to learn how large the file gets; the largest single picture has them
_TRIED_ROWS = 1000
_SHOWN_PIXELS = 2_000_000  # of a preview, all its frames together
_SHOWN_SIDE = 480  # about the room there is for it
_SHOWN_ROWS, _SHOWN_COLUMNS = 12, 7


@dataclass(frozen=True, eq=False)
class Order:
    """A file to be. content: what format.write takes."""

    format: Format
    content: Any
    options: Options
    provenance: Provenance

    def write(self, path: Path, *, overwrite: bool, watch: Watch) -> Path:
        """Write it. Raises UserError where that fails, and Cancelled where the watch is."""
        watch.check()
        content = watch.over(self.content)
        return self.format.write(path, content, self.options, provenance=self.provenance, overwrite=overwrite)


@dataclass(frozen=True, eq=False)
class Draft:
    """How the file will look: pictures, several of an animation, or the rows of a table; and its size, estimated."""

    images: tuple[QImage, ...]
    table: tuple[tuple[str, ...], ...]
    bytes: float


def drafted(order: Order) -> Draft:
    """Try an order out, on a part of the content where all of it would take long. Raises UserError as writing does."""
    part, share = _part(order)
    with tempfile.TemporaryDirectory(prefix="latent-explorer-") as folder:
        file = order.write_part(part, Path(folder)) if False else _write(replace(order, content=part), Path(folder))
        size = sum(each.stat().st_size for each in ([file] if file.is_file() else file.iterdir()))
        return Draft(_images(order, file), _table(order, file), size / share)
