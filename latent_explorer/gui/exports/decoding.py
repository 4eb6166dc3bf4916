"""Pictures that an export needs and the engine has yet to decode."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.client import Answer, EngineClient, Want


class Decoding:
    """Asks for batches of pictures and puts them together; a newer request replaces the one before.

    Equal keys stand for the same pictures: what was asked for last is not asked for again.
    """

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._wants: list[Want] = []
        self._starts: dict[Hashable, int] = {}
        self._missing: set[Hashable] = set()
        self._pictures: NDArray[np.uint8] | None = None

    @property
    def fraction(self) -> float:
        """How much is there, in [0, 1]."""
        return 1 - len(self._missing) / max(1, len(self._wants))

    @property
    def complete(self) -> bool:
        """Whether all that is wanted is there."""
        return not self._missing

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """The pictures (n, h, w, c) of all wants in their order; None where none are wanted."""
        return self._pictures

    def ask(self, wants: list[Want]) -> None:
        """Want these, and only these."""
        if [want.key for want in wants] != [want.key for want in self._wants]:
            ends = np.cumsum([0, *(want.count for want in wants)]).tolist()
            self._wants, self._pictures = wants, None
            self._starts = {want.key: start for want, start in zip(wants, ends[:-1], strict=True)}
            self._missing = set(self._starts)
        self.again()

    def again(self) -> None:
        """Ask once more for what is missing."""
        self._client.request("export", [want for want in self._wants if want.key in self._missing])

    def take(self, answer: Answer) -> None:
        """Keep a batch that came."""
        batch = answer.pictures
        if batch is None or answer.key not in self._missing:
            return
        if self._pictures is None:
            count = sum(want.count for want in self._wants)
            self._pictures = np.empty((count, *batch.shape[1:]), np.uint8)
        start = self._starts[answer.key]
        self._pictures[start : start + len(batch)] = batch
        self._missing.remove(answer.key)

    def stop(self) -> None:
        """Want nothing any more."""
        self.ask([])
