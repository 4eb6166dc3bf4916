"""Isomap: distances on the map are those along the data, over chains of neighbours."""

import time
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.inverse import DETAIL, NonlinearChart, nonlinear_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.charts.neighbours import Search
from latent_explorer.charts.principal import principal_chart
from latent_explorer.errors import UserError

_LANDMARKS = 200.0
_FRAME = 0.5  # seconds between pictures of what there is
_SEARCHING = 0.4  # the share of the time that the neighbours take
_FEWEST = 8  # landmarks from which a map is worth a look
_JOINED = 2000  # data of each island that are tried as ends of a bridge


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """Tenenbaum, de Silva and Langford 2000, with the landmarks of de Silva and Tenenbaum 2004.

    Distances along the graph are measured from the landmarks alone; classical scaling places these, and all data are
    placed by their distances to them. The landmarks are those of a random order, so that the first m of them are the
    fit of m.
    """
    count, neighbours = len(data.means), int(data.number("neighbours"))
    landmarks = min(int(data.number("landmarks")), count)
    if count <= max(neighbours, _FEWEST):
        raise UserError(f"chart {data.name}: {neighbours} neighbours need more data than that, found {count:,}")
    yield FitReport(0.0, "placing the data", principal_chart(data.means).to_plane(data.means).astype(np.float32))
    graph = yield from _graph(data.means, neighbours)
    order = np.random.default_rng(int(data.number("seed"))).permutation(count)[:landmarks]
    squares, told = np.empty((landmarks, count), np.float32), time.perf_counter()
    for done, landmark in enumerate(order.tolist(), 1):
        squares[done - 1] = np.square(_along(graph, landmark))
        if time.perf_counter() - told >= _FRAME and done < landmarks:
            told = time.perf_counter()
            share = _SEARCHING + (1 - _SEARCHING) * done / landmarks
            words, enough = f"distances from {done:,} of {landmarks:,} landmarks", done >= _FEWEST
            uv = _placed(squares[:done], order[:done], data) if enough else None
            yield FitReport(share, words, uv, _so_far(data, done) if enough else None)
    return {"points": _placed(squares, order, data)}


def _graph(means: NDArray[np.float32], count: int) -> Generator[FitReport, None, Any]:
    """The distances between neighbours, as a connected sparse matrix (n, n)."""
    from scipy.sparse import csr_matrix

    rows, columns, distances = [], [], []
    told = time.perf_counter()
    for block in Search(means).of_all(count):
        rows.append(np.repeat(np.arange(block.start, block.start + len(block.indices)), count))
        columns.append(block.indices.ravel())
        distances.append(np.maximum(block.distances.ravel(), np.finfo(np.float32).tiny))  # 0 would be no edge
        if time.perf_counter() - told >= _FRAME:
            told, end = time.perf_counter(), block.start + len(block.indices)
            yield FitReport(_SEARCHING * end / len(means), f"neighbours of {end:,} of {len(means):,}")
    where = np.concatenate(rows), np.concatenate(columns)
    graph = csr_matrix((np.concatenate(distances), where), (len(means), len(means)))
    return _in_one_piece(graph.maximum(graph.T).tocsr(), means)


def _in_one_piece(graph: Any, means: NDArray[np.float32]) -> Any:
    """The graph with a bridge from each island to the largest, between close data of both."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    islands, island = connected_components(graph, directed=False)
    if islands == 1:
        return graph
    largest = int(np.bincount(island).argmax())
    main = np.flatnonzero(island == largest)
    search, ends = Search(means[main]), []
    for other in set(range(islands)) - {largest}:
        shore = np.flatnonzero(island == other)[:_JOINED]
        distances, indices = search.of(means[shore], 1)
        best = int(distances[:, 0].argmin())
        ends.append((shore[best], main[indices[best, 0]], distances[best, 0]))
    one, two, far = map(np.array, zip(*ends, strict=True))
    bridges = csr_matrix((np.concatenate([far, far]), (np.append(one, two), np.append(two, one))), graph.shape)
    return graph.maximum(bridges).tocsr()


def _along(graph: Any, landmark: int) -> NDArray[np.float64]:
    from scipy.sparse.csgraph import dijkstra

    distances: NDArray[np.float64] = dijkstra(graph, directed=False, indices=landmark)
    return distances


def _placed(squares: NDArray[np.float32], order: NDArray[np.int64], data: ChartInput) -> NDArray[np.float32]:
    """The places of all data (n, 2), by their squared distances (m, n) to the landmarks, numbers (m,)."""
    among = squares[:, order].astype(np.float64)
    mean = among.mean(0)
    product = -(among - mean - mean[:, None] + among.mean()) / 2
    values, vectors = np.linalg.eigh((product + product.T) / 2)
    size = np.sqrt(np.maximum(values[::-1][:2], np.finfo(float).tiny))
    triangulation = vectors[:, ::-1][:, :2] / size
    uv = -(squares.T - mean.astype(np.float32)) @ triangulation.astype(np.float32) / 2
    flat = principal_chart(data.means).to_plane(data.means)
    return np.asarray(uv * np.where((uv * flat).sum(0) < 0, -1, 1), np.float32)  # not mirrored from picture to picture


def _so_far(data: ChartInput, landmarks: int) -> ChartSpec:
    return ChartSpec("isomap", {**ChartSpec.of(data.name).parameters, "landmarks": float(landmarks)})


def _make(data: ChartInput) -> NonlinearChart:
    return nonlinear_chart(data, ("Isomap 1", "Isomap 2"))


ISOMAP = ChartKind(
    name="isomap",
    title="Isomap",
    sentence="Distances on the map are those along the data, from neighbour to neighbour.",
    make=_make,
    fit=_fit,
    parameters=(
        Parameter("neighbours", "how many neighbours each point is joined to", 10.0, kind="whole", low=3.0, high=100.0),
        Parameter(
            "landmarks", "points from which distances are measured", _LANDMARKS, kind="whole", low=8.0, high=2000.0
        ),
        Parameter(
            "seed", "random seed: another number gives other landmarks", 0.0, kind="whole", low=0.0, high=2.0**31
        ),
        DETAIL,
    ),
    dimensions=range(3, MANY),
)
