"""The closure of a kind of translator against the number of anchors."""

from collections.abc import Iterator

from latent_explorer.alignment.pair import Pair
from latent_explorer.alignment.protocol import MeasureClosure, Reply
from latent_explorer.errors import UserError


def measure_closure(pair: Pair, request: MeasureClosure) -> Iterator[Reply | None]:
    """The replies to a request, one for each number of anchors. Raises UserError where it cannot be measured."""
    yield None
    raise UserError("the closure cannot be measured yet")
