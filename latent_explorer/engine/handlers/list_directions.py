"""ListDirections: the directions in the open model's latent space."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Message, Numbered


class ListDirections(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the list of directions."""


class DirectionEntry(Message, frozen=True, tag=True):
    """A direction, as in `analysis.attributes.Direction`."""

    name: str
    group: str
    title: str
    sentence: str
    unit: str


class DirectionList(Numbered, frozen=True, tag=True, eq=False):
    """The directions, and the deviations within classes of both measurements of each attribute.

    along: for each attribute, the names of those that change with it by definition. followed, scored: as in
    `analysis.attributes.AttributeRanges`.
    """

    entries: tuple[DirectionEntry, ...]
    attributes: tuple[str, ...]
    along: tuple[tuple[str, ...], ...]
    followed: tuple[float, ...]
    scored: tuple[float, ...]


def _answer(_request: ListDirections, service: ModelService) -> Iterator[DirectionList | None]:
    from latent_explorer.engine.directions import directions_of

    found = yield from directions_of(service)
    learned = found.learned
    entries = tuple(
        DirectionEntry(each.name, each.group, each.title, each.sentence, each.unit) for each in found.listed
    )
    attributes = learned.measuring.attributes
    yield DirectionList(
        _request.number,
        entries,
        tuple(each.name for each in attributes),
        tuple(each.along for each in attributes),
        tuple(learned.spread.tolist()),
        tuple(learned.scored_spread.tolist()),
    )


LIST_DIRECTIONS = Handler(ListDirections, DirectionList, _answer, newest=True)
