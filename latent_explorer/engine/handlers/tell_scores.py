"""TellScores: the anomaly scores, and which of them the open model supports."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Message, Numbered


class TellScores(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the list of scores."""


class ScoreWords(Message, frozen=True, tag=True):
    """A score, as in analysis.anomaly.Score. lacks: what the open model lacks for it; empty for nothing."""

    name: str
    title: str
    sentence: str
    unit: str
    baseline: bool
    misled: str
    lacks: str


class ScoresTold(Numbered, frozen=True, tag=True, eq=False):
    """All scores. mended: the name of the one that does not prefer dark, simple images."""

    scores: tuple[ScoreWords, ...]
    mended: str


def _answer(request: TellScores, service: ModelService) -> Iterator[ScoresTold]:
    yield ScoresTold(request.number, *_told(service))


def _told(service: ModelService) -> tuple[tuple[ScoreWords, ...], str]:
    from latent_explorer.analysis.anomaly import MENDED, SCORES

    can = service.judging.can
    return tuple(
        ScoreWords(each.name, each.title, each.sentence, each.unit, each.baseline, each.misled, each.lacks(**can))
        for each in SCORES.values()
    ), MENDED.name


TELL_SCORES = Handler(TellScores, ScoresTold, _answer, newest=True)
