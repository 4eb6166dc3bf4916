"""Pictures that an export needs and the engine has yet to decode."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.client import Answer, EngineClient, Want


class Decoding:
    """Asks for batches of pictures and puts them together; a newer request replaces the one before."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._wants: list[Want] = []
        self._parts: dict[object, NDArray[np.uint8]] = {}

    @property
    def fraction(self) -> float:
        """How much is there, in [0, 1]."""
        return len(self._parts) / max(1, len(self._wants))

    @property
    def complete(self) -> bool:
        """Whether all that is wanted is there."""
        return len(self._parts) == len(self._wants)

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """The pictures (n, h, w, c) of all wants in their order; None while any is missing or none is wanted."""
        if not self._wants or not self.complete:
            return None
        return np.concatenate([self._parts[want.key] for want in self._wants])

    def ask(self, wants: list[Want]) -> None:
        """Want these, and only these. Equal keys stand for the same pictures, which are not asked for twice."""
        self._wants = wants
        keys = {want.key for want in wants}
        self._parts = {key: part for key, part in self._parts.items() if key in keys}
        self.again()

    def again(self) -> None:
        """Ask once more for what is missing."""
        self._client.wish("export", [want for want in self._wants if want.key not in self._parts])

    def take(self, answer: Answer) -> None:
        """Keep a batch that came."""
        if answer.pictures is not None and any(want.key == answer.key for want in self._wants):
            self._parts[answer.key] = answer.pictures

    def stop(self) -> None:
        """Want nothing any more."""
        self.ask([])
