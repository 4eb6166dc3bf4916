"""t-SNE: neighbours in latent space stay neighbours on the map, as far as two dimensions allow."""

import time
from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.descent import Descent, Found, Making, by_place, ordered
from latent_explorer.charts.inverse import DETAIL, SEED, nonlinear_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.charts.neighbours import Neighbours, Search
from latent_explorer.charts.principal import principal_chart
from latent_explorer.errors import UserError

_ITERATIONS = 850.0
_NEIGHBOURS = 3  # for each unit of perplexity, as openTSNE has it
_SEARCHING = 0.3  # the share of the time that the search takes
_FRAME = 0.5  # seconds between pictures of what moves
_AT_ONCE = 2  # iterations between two looks at the clock
_FEWEST = 10
_NARROW = 1e-4
_SKETCHED, _SKETCH, _PLACED_BY = 4000, 250, 3
"""How many data the sketch has, for how many iterations they move, and how many of them place another datum."""


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """van der Maaten and Hinton 2008, "Visualizing data using t-SNE", with openTSNE (Policar et al. 2024).

    Repulsion by Linderman et al. 2019, "Fast interpolation-based t-SNE"; initialisation with principal components and
    the learning rate n / exaggeration after Kobak and Berens 2019 and Belkina et al. 2019.
    """
    count = len(data.means)
    perplexity, iterations = data.number("perplexity"), int(data.number("iterations"))
    if count < _FEWEST or count <= _NEIGHBOURS * perplexity:
        least = max(_FEWEST, int(_NEIGHBOURS * perplexity) + 1)
        raise UserError(f"chart {data.name}: perplexity {perplexity:g} needs at least {least:,} data, found {count:,}")
    begin = _beginning(data)
    yield FitReport(0.0, "placing the data", _shown(begin))
    sketching = Making(lambda: _Sketch(data, begin, perplexity))  # meanwhile openTSNE is imported
    found = yield from _searched(data.means, int(_NEIGHBOURS * perplexity), sketching)
    sketch = sketching.made()
    sketch.reach(1.0)
    first = sketch.places
    order = by_place(first)
    making = Making(lambda: Descent(first[order], ordered(found, order), perplexity))
    while (descent := making.made(_FRAME)) is None:
        sketch.move(_AT_ONCE)
        yield FitReport(_SEARCHING, "weighing the neighbours", _shown(sketch.places))
    told = time.perf_counter()
    for done in range(0, iterations, _AT_ONCE):
        steps = min(_AT_ONCE, iterations - done)
        descent.move(steps)
        if time.perf_counter() - told >= _FRAME:
            told = time.perf_counter()
            share = _SEARCHING + (1 - _SEARCHING) * (done + steps) / iterations
            words = f"iteration {done + steps:,} of {iterations:,}"
            yield FitReport(share, words, _shown(descent.places, order), _so_far(data, done + steps))
    return {"points": _shown(descent.places, order)}


def _beginning(data: ChartInput) -> NDArray[np.float64]:
    """The first two principal components, scaled down, or noise."""
    noise = np.random.default_rng(int(data.number("seed"))).standard_normal((len(data.means), 2))
    if data.parameters["start"] == "random":
        return _NARROW * noise
    return _narrow(principal_chart(data.means).to_plane(data.means)) + _NARROW / 100 * noise


def _narrow(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (n, 2) scaled down so far that the data can still move anywhere."""
    narrow: NDArray[np.float64] = _NARROW * (uv - uv.mean(0)) / max(float(uv.std(0).max()), np.finfo(float).tiny)
    return narrow


class _Sketch:
    """A map of some of the data, from which all start, so that similar data are together from the start (Kobak and
    Berens).

    It moves while the neighbours of all are being searched, so that there is something to see. Small sets have none.
    begin: the initial places of the data (n, 2).
    """

    def __init__(self, data: ChartInput, begin: NDArray[np.float64], perplexity: float) -> None:
        self._begin = begin
        self._descent: Descent | None = None
        count = len(data.means)
        if count < 2 * _SKETCHED:
            return
        some = np.random.default_rng(int(data.number("seed"))).permutation(count)[:_SKETCHED]
        search = Search(data.means[some])
        distances, self._nearest = search.of(data.means, _PLACED_BY)
        weights = 1 / np.maximum(distances, np.finfo(float).tiny)
        self._weights = (weights / weights.sum(1, keepdims=True))[..., None]
        found = _together(search.of_all(int(_NEIGHBOURS * perplexity)), _SKETCHED)
        self._descent = Descent(begin[some], found, perplexity)

    def reach(self, share: float) -> None:
        """Continue until this share is done."""
        while self._descent is not None and self._descent.done < share * _SKETCH:
            self._descent.move(_AT_ONCE)

    def move(self, iterations: int) -> None:
        if self._descent is not None:
            self._descent.move(iterations)

    @property
    def places(self) -> NDArray[np.float64]:
        """The places of the data according to the sketch (n, 2): amid those nearest to them."""
        if self._descent is None:
            return self._begin
        places: NDArray[np.float64] = (self._descent.places[self._nearest] * self._weights).sum(1)
        return _narrow(places) + self._begin / 100  # data with the same neighbours can still part


def _searched(means: NDArray[np.float32], count: int, sketching: Making) -> Generator[FitReport, None, Found]:
    """The nearest `count` of each datum, in the form that openTSNE takes."""
    blocks: list[Neighbours] = []
    told = time.perf_counter()
    for block in Search(means).of_all(count):
        blocks.append(block)
        end = block.start + len(block.indices)
        sketch = sketching.made(0.0)
        if sketch is not None:
            sketch.reach(end / len(means))
        if time.perf_counter() - told >= _FRAME:
            told = time.perf_counter()
            words = f"neighbours of {end:,} of {len(means):,}"
            yield FitReport(_SEARCHING * end / len(means), words, None if sketch is None else _shown(sketch.places))
    return _together(blocks, len(means))


def _together(blocks: Iterable[Neighbours], count: int) -> Found:
    parts = list(blocks)
    assert sum(len(part.indices) for part in parts) == count
    return np.concatenate([part.indices for part in parts]), np.concatenate([part.distances for part in parts])


def _so_far(data: ChartInput, iterations: int) -> ChartSpec:
    return ChartSpec("tsne", {**ChartSpec.of(data.name).parameters, "iterations": float(iterations)})


def _shown(embedding: Any, order: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
    """The places (n, 2) of reordered data, in the original order."""
    places = np.array(embedding, np.float32)
    if order is not None:
        places[order] = places.copy()
    return places


def _make(data: ChartInput) -> Any:
    iterations = data.number("iterations")
    ended = "" if iterations == _ITERATIONS else f", after {iterations:,.0f} iterations"
    return nonlinear_chart(data, (f"t-SNE 1{ended}", f"t-SNE 2{ended}"))


TSNE = ChartKind(
    name="tsne",
    title="t-SNE",
    sentence="Keeps neighbours together in islands; the distances between islands mean little.",
    make=_make,
    fit=_fit,
    parameters=(
        Parameter("perplexity", "roughly how many neighbours each point has", 15.0, low=2.0, high=200.0),
        Parameter(
            "iterations", "how many iterations it is fitted for", _ITERATIONS, kind="whole", low=1.0, high=10000.0
        ),
        Parameter("start", "where the points start", "pca", kind="text", choices=("pca", "random")),
        SEED,
        DETAIL,
    ),
    dimensions=range(3, MANY),
)
