"""t-SNE: neighbours in latent space stay neighbours on the map, as far as two dimensions allow."""

import time
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.inverse import DETAIL, nonlinear_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.charts.neighbours import Search
from latent_explorer.charts.principal import principal_chart
from latent_explorer.errors import UserError

_ITERATIONS = 850.0
_EARLY = 100  # iterations with `_EXAGGERATION`, in which the islands form
_EXAGGERATION, _MOMENTA = 12.0, (0.5, 0.8)
_INTERVAL = 3.0
"""The side of a cell of the grid by which repulsion is interpolated, in units of the map: three times the usual, so
that an iteration does not take longer and longer while the map grows."""

_NEIGHBOURS = 3  # for each unit of perplexity, as openTSNE has it
_SEARCHING = 0.3  # the share of the time that the search takes
_FRAME = 0.5  # seconds between pictures of what moves
_AT_ONCE = 5  # iterations between two looks at the clock
_FEWEST = 10


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """van der Maaten and Hinton 2008, "Visualizing data using t-SNE", with openTSNE (Policar et al. 2024).

    Repulsion by Linderman et al. 2019, "Fast interpolation-based t-SNE"; the beginning from principal components and
    the learning rate n / exaggeration after Kobak and Berens 2019 and Belkina et al. 2019.
    """
    count = len(data.means)
    perplexity, iterations = data.number("perplexity"), int(data.number("iterations"))
    if count < _FEWEST or count <= _NEIGHBOURS * perplexity:
        least = max(_FEWEST, int(_NEIGHBOURS * perplexity) + 1)
        raise UserError(f"chart {data.name}: perplexity {perplexity:g} needs at least {least:,} data, found {count:,}")
    begin = _beginning(data)
    yield FitReport(0.0, "placing the data", _shown(begin))
    found = yield from _searched(data.means, int(_NEIGHBOURS * perplexity))
    embedding = _embedding(begin, found, perplexity, int(data.number("seed")))
    told = time.perf_counter()
    for done in range(0, iterations, _AT_ONCE):
        steps = min(_AT_ONCE, iterations - done)
        early = done < _EARLY
        embedding.optimize(
            steps, inplace=True, exaggeration=_EXAGGERATION if early else None, momentum=_MOMENTA[not early]
        )
        if time.perf_counter() - told >= _FRAME:
            told = time.perf_counter()
            share = _SEARCHING + (1 - _SEARCHING) * (done + steps) / iterations
            words = f"iteration {done + steps:,} of {iterations:,}"
            yield FitReport(share, words, _shown(embedding), _so_far(data, done + steps))
    return {"points": _shown(embedding)}


def _beginning(data: ChartInput) -> NDArray[np.float64]:
    """The first two principal components, narrow, or noise."""
    noise = np.random.default_rng(int(data.number("seed"))).standard_normal((len(data.means), 2))
    if data.parameters["start"] == "random":
        return 1e-4 * noise
    uv = principal_chart(data.means).to_plane(data.means)
    return 1e-4 * uv / max(float(uv[:, 0].std()), np.finfo(float).tiny) + 1e-6 * noise


def _searched(
    means: NDArray[np.float32], count: int
) -> Generator[FitReport, None, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """The nearest `count` of each of the data, as openTSNE takes them."""
    indices, distances = np.empty((len(means), count), np.int64), np.empty((len(means), count))
    told = time.perf_counter()
    for block in Search(means).of_all(count):
        end = block.start + len(block.indices)
        indices[block.start : end], distances[block.start : end] = block.indices, block.distances
        if time.perf_counter() - told >= _FRAME:
            told = time.perf_counter()
            share = end / len(means)
            yield FitReport(_SEARCHING * share, f"neighbours of {end:,} of {len(means):,}")
    return indices, distances


def _embedding(
    begin: NDArray[np.float64], found: tuple[NDArray[np.int64], NDArray[np.float64]], perplexity: float, seed: int
) -> Any:
    """What openTSNE moves."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=PrecomputedNeighbors(*found), n_jobs=1)
    method = "fft" if len(begin) > 2000 else "bh"
    return TSNEEmbedding(
        begin, affinities, negative_gradient_method=method, n_jobs=1, ints_in_interval=_INTERVAL, random_state=seed
    )


def _so_far(data: ChartInput, iterations: int) -> ChartSpec:
    return ChartSpec("tsne", {**ChartSpec.of(data.name).parameters, "iterations": float(iterations)})


def _shown(embedding: Any) -> NDArray[np.float32]:
    return np.array(embedding, np.float32)


def _make(data: ChartInput) -> Any:
    iterations = data.number("iterations")
    ended = "" if iterations == _ITERATIONS else f", after {iterations:,.0f} iterations"
    return nonlinear_chart(data, (f"t-SNE 1{ended}", f"t-SNE 2{ended}"))


TSNE = ChartKind(
    name="tsne",
    title="t-SNE",
    sentence="Neighbours stay neighbours: islands of what is alike; how far apart they lie means little.",
    make=_make,
    fit=_fit,
    parameters=(
        Parameter("perplexity", "how many neighbours each datum has, about", 15.0, low=2.0, high=200.0),
        Parameter("iterations", "for how long it is fitted", _ITERATIONS, kind="whole", low=10.0, high=10000.0),
        Parameter("start", "from where the data move to their places", "pca", kind="text", choices=("pca", "random")),
        Parameter("seed", "another number, another map of the same data", 0.0, kind="whole", low=0.0, high=2.0**31),
        DETAIL,
    ),
    dimensions=range(3, MANY),
)
