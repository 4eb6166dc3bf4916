"""The maps that requests refer to, computed on first use; the latest few are kept."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from latent_explorer.charts import Chart
from latent_explorer.fields import Gradual
from latent_explorer.fields.seen_map import Expectation, SeenMap
from latent_explorer.service.background_task import aside

_KEPT = 4


@dataclass(frozen=True, eq=False)
class _Known:
    """placing: a map whose chart is ready to place latents. seen: the same, ready to be measured and learned from."""

    placing: Gradual[SeenMap]
    seen: Gradual[SeenMap]
    expected: Gradual[Expectation]


class SeenMaps:
    """Maps of the open bundle, by the specs of their charts as text.

    make: computes a map whose chart is ready, in a thread. learn: estimates the expected error of its pictures, in
    slices.
    """

    def __init__(
        self, make: Callable[[str], SeenMap], learn: Callable[[SeenMap], Iterator[Expectation | None]]
    ) -> None:
        self._make, self._learn = make, learn
        self._maps: dict[str, _Known] = {}

    def chart(self, chart: str) -> Generator[None, None, Chart]:
        """The same as `steps` for a chart alone, which is ready earlier."""
        return (yield from _seen(self._known(chart).placing)).chart

    def steps(self, chart: str) -> Generator[None, None, SeenMap]:
        """Compute the map of a chart if necessary, one slice of work at each step, and return it.

        It is the map of the bundle that was open at the start, even if another is opened meanwhile.
        """
        return (yield from _seen(self._known(chart).seen))

    def learning(self, chart: str) -> Generator[None, None, Expectation | None]:
        """As `steps`, for the expected error of the pictures of a map; None unless the map `invents`."""
        known = self._known(chart)
        if (yield from _seen(known.seen)).invents:
            yield from known.expected.steps()
        return known.expected.found

    def _known(self, chart: str) -> _Known:
        known = self._maps.pop(chart, None) or self._new(chart)
        self._maps[chart] = known
        for before in list(self._maps)[:-_KEPT]:
            del self._maps[before]
        return known

    def _new(self, chart: str) -> _Known:
        placing = Gradual(lambda: self._placing(chart))
        seen = Gradual(lambda: _prepared(placing))

        def learn() -> Iterator[Expectation | None]:
            assert seen.found is not None
            return self._learn(seen.found)

        return _Known(placing, seen, Gradual(learn))

    def _placing(self, chart: str) -> Iterator[SeenMap | None]:
        yield (yield from aside(lambda: self._make(chart), "chart"))


def _prepared(placing: Gradual[SeenMap]) -> Iterator[SeenMap | None]:
    found = yield from _seen(placing)
    yield from aside(found.prepare, "map")
    yield found


def _seen(known: Gradual[SeenMap]) -> Generator[None, None, SeenMap]:
    yield from known.steps()
    assert known.found is not None
    return known.found
