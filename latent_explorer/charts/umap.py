"""UMAP, if the package umap-learn is installed."""

import time
from collections.abc import Generator

import numpy as np

from latent_explorer.charts.inverse import DETAIL, SEED, NonlinearChart, nonlinear_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, FitReport, Parameter
from latent_explorer.charts.neighbours import Search
from latent_explorer.charts.principal import principal_chart
from latent_explorer.errors import UserError

_FRAME = 0.5  # seconds between reports
_SEARCHING = 0.4  # the share of the time that the neighbours take


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """McInnes, Healy and Melville 2018, "UMAP: uniform manifold approximation and projection".

    With exact neighbours, one thread and a seed, so that the result is the same each time. Its own inverse is not used:
    it takes minutes, and modifies its input.
    """
    count, neighbours = len(data.means), int(data.number("neighbours"))
    if count <= 2 * neighbours:
        raise UserError(f"chart {data.name}: {neighbours} neighbours need at least {2 * neighbours + 1} data: {count}")
    flat = principal_chart(data.means).to_plane(data.means)
    yield FitReport(0.0, "placing the data", flat.astype(np.float32))
    indices, distances = np.empty((count, neighbours), np.int32), np.zeros((count, neighbours), np.float32)
    indices[:, 0], told = np.arange(count), time.perf_counter()  # it counts each datum as its own first neighbour
    for block in Search(data.means).of_all(neighbours - 1):
        end = block.start + len(block.indices)
        indices[block.start : end, 1:], distances[block.start : end, 1:] = block.indices, block.distances
        if time.perf_counter() - told >= _FRAME:
            told = time.perf_counter()
            yield FitReport(_SEARCHING * end / count, f"neighbours of {end:,} of {count:,}")
    yield FitReport(_SEARCHING, "moving the points to their places; how far this part is cannot be told")
    from umap import UMAP as Model  # noqa: N811 # a class that is all capitals

    begin = 10 * flat / max(float(np.abs(flat).max()), np.finfo(float).tiny)
    model = Model(
        n_neighbors=neighbours, min_dist=data.number("min_dist"), random_state=int(data.number("seed")),
        precomputed_knn=(indices, distances), init=begin.astype(np.float32), n_jobs=1,
    )  # fmt: skip
    return {"points": np.asarray(model.fit_transform(data.means), np.float32)}


def _make(data: ChartInput) -> NonlinearChart:
    return nonlinear_chart(data, ("UMAP 1", "UMAP 2"))


UMAP = ChartKind(
    name="umap",
    title="UMAP",
    sentence="Keeps neighbours together, in islands farther apart than those of t-SNE.",
    make=_make,
    fit=_fit,
    parameters=(
        Parameter("neighbours", "how many neighbours each point is joined to", 15.0, kind="whole", low=2.0, high=200.0),
        Parameter("min_dist", "how close points may lie on the map", 0.1, low=0.0, high=0.99),
        SEED,
        DETAIL,
    ),
    dimensions=range(3, MANY),
    module="umap",
    extra="umap",
)
