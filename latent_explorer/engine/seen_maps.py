"""The maps that the engine is asked about, each made when it is first asked for; the last few are kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from latent_explorer.engine.aside import aside
from latent_explorer.fields import Gradual
from latent_explorer.fields.seen_map import Expectation, SeenMap

_KEPT = 4


@dataclass(frozen=True, eq=False)
class _Known:
    seen: Gradual[SeenMap]
    expected: Gradual[Expectation]


class SeenMaps:
    """Maps of the open bundle, by the specs of their charts as they are written.

    make: makes one, in a thread. learn: finds what is to be expected of its pictures, in slices.
    """

    def __init__(
        self, make: Callable[[str], SeenMap], learn: Callable[[SeenMap], Iterator[Expectation | None]]
    ) -> None:
        self._make, self._learn = make, learn
        self._maps: dict[str, _Known] = {}

    def steps(self, chart: str) -> Iterator[None]:
        """Have the map of a chart ready; one slice of work at each step."""
        yield from self._known(chart).seen.steps()

    def of(self, chart: str) -> SeenMap:
        """The map of a chart, once `steps` have run to their end."""
        found = self._known(chart).seen.found
        assert found is not None
        return found

    def learning(self, chart: str) -> Iterator[None]:
        """Have ready what is to be expected of the pictures of a map as well; nothing where it invents none."""
        yield from self.steps(chart)
        if self.of(chart).invents:
            yield from self._known(chart).expected.steps()

    def expected(self, chart: str) -> Expectation | None:
        """What is to be expected of the pictures of a map, once `learning` has run to its end."""
        return self._known(chart).expected.found

    def _known(self, chart: str) -> _Known:
        known = self._maps.pop(chart, None) or _Known(
            Gradual(lambda: self._work(chart)), Gradual(lambda: self._learn(self.of(chart)))
        )
        self._maps[chart] = known
        for before in list(self._maps)[:-_KEPT]:
            del self._maps[before]
        return known

    def _work(self, chart: str) -> Iterator[SeenMap | None]:
        yield (yield from aside(lambda: self._make(chart), "map"))
