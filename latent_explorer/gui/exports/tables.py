"""Parts of a table of latents."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.export import LatentTable


def rows_of(table: LatentTable, rows: slice | NDArray[np.bool_]) -> LatentTable:
    """The table with some of its rows only."""

    def kept(array: NDArray[Any] | None) -> Any:
        return None if array is None else array[rows]

    return LatentTable(
        mean=table.mean[rows],
        log_variance=kept(table.log_variance),
        label=kept(table.label),
        split=kept(table.split),
        error=kept(table.error),
        class_names=table.class_names,
        index=kept(table.index),
    )
