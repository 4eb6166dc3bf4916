"""The closure of a kind of translator against the number of anchors."""

from collections.abc import Iterator

from latent_explorer.alignment.pair import Pair
from latent_explorer.alignment.protocol import MeasureClosure, Reply
from latent_explorer.errors import UserError


class ClosureMeasurer:
    """Measures closures from the source of a pair to its target."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def measure(self, request: MeasureClosure) -> Iterator[Reply | None]:
        """The replies to a request. Raises UserError where it cannot be measured."""
        yield None
        raise UserError("the closure cannot be measured yet")
