"""What is to be written, free of widgets, so that any thread may write it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_explorer.export import Format, Options, Provenance
from latent_explorer.gui.exports.watched import Watch


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
