"""What comes back from the engine: its answers to requests, and the news that it is gone."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.handlers import HANDLERS
from latent_explorer.engine.protocol import Pictures, Stage, Values
from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import Numbered, Refused


@dataclass(frozen=True, eq=False)
class Answer:
    """A reply to the newest request of its kind, or to a batch.

    topic: whom it concerns; the kind of the request, for one that is no batch. key: of the Want. content: a batch's,
    once complete: pictures uint8 (n, h, w, c), values float32 (n, channels), or what else its handler says.
    """

    topic: Hashable
    reply: Numbered
    key: Hashable = None
    content: NDArray[Any] | None = None

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """The pictures of a batch, once complete; None for all else."""
        return self.content if isinstance(self.reply, Pictures) else None

    @property
    def values(self) -> NDArray[np.float32] | None:
        """The values of a batch, once complete; None for all else."""
        return self.content if isinstance(self.reply, Values) else None


@dataclass(frozen=True)
class EngineLost:
    """The engine is gone. again: whether it has been started again, and what was wanted asked again.

    reason: where it was ended because it was broken.
    """

    again: bool
    reason: str = ""


Event = Answer | EngineLost


def more_follows(reply: Numbered) -> bool:
    """Whether a reply is a stage on the way, and another one answers the same request later."""
    return isinstance(reply, Stage) and reply.more


def check_answers(kind: type[Numbered], reply: Numbered) -> None:
    """Raises ServiceError if a reply is of another kind than its request's."""
    expected = HANDLERS[kind].reply
    if not isinstance(reply, (expected, Refused)):
        raise ServiceError(
            f"{kind.__name__} was answered with {type(reply).__name__}: expected {expected.__name__} or Refused"
        )
