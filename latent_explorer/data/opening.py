"""The one door to every dataset."""

from collections.abc import Callable
from pathlib import Path

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.named import open_mnist
from latent_explorer.errors import DataError

Progress = Callable[[int, int], None]


def open_dataset(
    source: str | Path, *, resize: tuple[int, int] | None = None, progress: Progress | None = None
) -> Dataset:
    """The dataset named or found at `source`. Raises DataError."""
    if source == "mnist" and resize is None:
        return open_mnist()
    raise DataError(f"no dataset {str(source)!r}: the known ones are mnist")
