"""The events of an engine: answers to requests, and its loss."""

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

    topic: the topic of a batch, otherwise the kind of the request. key: of the Want. content: of a complete batch:
    pictures uint8 (n, h, w, c), values float32 (n, channels), or as its handler documents.
    """

    topic: Hashable
    reply: Numbered
    key: Hashable = None
    content: NDArray[Any] | None = None

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """The pictures of a complete batch; None for any other answer."""
        return self.content if isinstance(self.reply, Pictures) else None

    @property
    def values(self) -> NDArray[np.float32] | None:
        """The values of a complete batch; None for any other answer."""
        return self.content if isinstance(self.reply, Values) else None


@dataclass(frozen=True)
class EngineLost:
    """The engine has ended. again: whether it was restarted and pending requests were sent again.

    reason: why it was stopped, if it had failed.
    """

    again: bool
    reason: str = ""


Event = Answer | EngineLost


def more_follows(reply: Numbered) -> bool:
    """Whether a reply reports progress, and another reply to the same request follows."""
    return isinstance(reply, Stage) and reply.more


def check_answers(kind: type[Numbered], reply: Numbered) -> None:
    """Raise ServiceError if a reply has the wrong type for its request."""
    expected = HANDLERS[kind].reply
    if not isinstance(reply, (expected, Refused)):
        raise ServiceError(
            f"{kind.__name__} was answered with {type(reply).__name__}: expected {expected.__name__} or Refused"
        )
