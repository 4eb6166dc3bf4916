"""What a list shows of each bundle, from its configuration and preview alone; for a broken one, the error."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from latent_explorer.bundles.config import BundleConfig
from latent_explorer.bundles.files import PREVIEW, TEXT_BYTES
from latent_explorer.bundles.reading import read_config
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.safe_text import safe_text

FIGURES = {
    "mse": ("MSE", 4),
    "negative_elbo": ("−ELBO", 1),
    "knn10_accuracy": ("10-NN", 3),
    "least_class_share": ("least class", 3),
    "class_kl": ("KL", 3),
}
"""The figures in a list: their labels and decimals."""


@dataclass(frozen=True, eq=False)
class BundleEntry:
    """One bundle of a list. modified: of its configuration, in seconds since 1970. size: bytes of its files.

    complaint: why it cannot be read; then there is no configuration. preview: a PNG picture, not yet checked.
    """

    folder: Path
    config: BundleConfig | None = None
    complaint: str = ""
    preview: bytes = field(default=b"", repr=False)
    size: int = 0
    modified: float = 0.0

    @property
    def name(self) -> str:
        return safe_text(self.folder.name)

    @property
    def family(self) -> str:
        """The family's label; its name if it is not installed."""
        assert self.config is not None
        try:
            return self.config.family.label
        except UserError:
            return safe_text(self.config.net.family, most=30)

    @property
    def about(self) -> str:
        """Its dataset, its family, its dimensions and its number of images."""
        if self.config is None:
            return ""
        net, data = self.config.net, self.config.dataset
        dimensions = "1 dimension" if net.latent_dim == 1 else f"{net.latent_dim:,} dimensions"
        height, width, _ = net.image_shape
        count = f"{data.count:,} images of {height}×{width}" if data.source else f"{data.count:,} latents, no images"
        return " · ".join((safe_text(data.name, most=30), self.family, dimensions, count))

    @property
    def figures(self) -> str:
        """Its known figures on test images and on draws."""
        metrics = {} if self.config is None else self.config.metrics
        known = ((FIGURES[name], metrics.get(name)) for name in FIGURES)
        return " · ".join(f"{title} {value:.{decimals}f}" for (title, decimals), value in known if value is not None)

    def matches(self, words: str) -> bool:
        """Whether each of the words occurs in the text shown, in any case; a number must match as a whole."""
        short = "" if self.config is None else f"{self.config.net.latent_dim}d"
        text = f"{self.folder.name} {self.about} {short}".casefold()
        return all(re.search(_as_typed(word), text) for word in words.casefold().split())


def _as_typed(word: str) -> str:
    """The pattern of a typed word: 2 must not match 128."""
    before, behind = r"(?<!\d)" * word[0].isdigit(), r"(?!\d)" * word[-1].isdigit()
    return f"{before}{re.escape(word)}{behind}"


def read_entry(folder: Path) -> BundleEntry:
    """The entry of the bundle in a folder; if it cannot be read, the reason."""
    try:
        config = read_config(folder)
        files = [path.stat() for path in folder.iterdir() if path.is_file()]
        modified = (folder / "config.json").stat().st_mtime
    except UserError as error:
        return BundleEntry(folder, complaint=str(error))
    except OSError as error:
        return BundleEntry(folder, complaint=f"{folder} cannot be read: {error.strerror}")
    return BundleEntry(folder, config, "", _preview(folder), sum(each.st_size for each in files), modified)


def _preview(folder: Path) -> bytes:
    try:
        return read_regular(folder / PREVIEW, TEXT_BYTES)
    except (OSError, UserError):
        return b""
