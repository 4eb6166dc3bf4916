"""The images of sets as they come from the engine, each set known by where its images lie and how it is placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.place_images import ImagesPlaced, want_placed
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session.own_sets import OwnSet

TOPIC = "image sets"
MOST = 10_000
"""Images of one set."""
Key = tuple[tuple[str, ...], str, bool]


@dataclass(eq=False)
class PlacedSet:
    """What is known of a set so far. name: that of its files. parts: as they came. share: that is done, in [0, 1].

    done: whether no more comes. refused: why it could not be placed, in words. cancelled: whether a person gave it up.
    """

    name: str = ""
    notes: tuple[str, ...] = ()
    parts: list[ImagesPlaced] = field(default_factory=list)
    share: float = 0.0
    total: int = 0
    done: bool = False
    refused: str = ""
    cancelled: bool = False

    @property
    def names(self) -> list[str]:
        return [name for part in self.parts for name in part.names]

    @property
    def groups(self) -> list[str]:
        return [group for part in self.parts for group in part.groups]

    @property
    def rejected(self) -> list[tuple[str, str]]:
        """Images that could not be placed, each with why."""
        return [pair for part in self.parts for pair in part.rejected]

    @property
    def thumbnails(self) -> list[NDArray[np.uint8]]:
        """One (h, w, c) of each image."""
        return [image for part in self.parts for image in part.thumbnails]

    def joined(self, name: str, width: int = 0) -> NDArray[np.floating]:
        """`z` (n, d), `error` (n,) or `score` (n,) of all images. width: d, where there are none."""
        arrays = [getattr(part, name) for part in self.parts]
        empty = np.zeros((0, width), np.float32) if width else np.zeros(0)
        return np.concatenate(arrays) if arrays else empty

    def take(self, reply: ImagesPlaced) -> None:
        self.name, self.notes, self.total = reply.name, reply.notes, reply.total
        self.parts.append(reply)
        self.share, self.done = reply.share, not reply.more


class Placing(QObject):
    """Wants sets of the engine, and keeps what came of them while a model is open. told: of a set, by its key."""

    told = pyqtSignal(object)

    def __init__(self, client: EngineClient, parent: QObject) -> None:
        super().__init__(parent)
        self._client = client
        self._found: dict[Key, PlacedSet] = {}
        self._wanted: tuple[Key, ...] = ()
        client.subscribe(TOPIC, self._take, Urgency.EXPORT)

    def forget(self) -> None:
        """Another model is open: images have other places in it."""
        self._found.clear()
        self._wanted = ()
        self._client.request(TOPIC, [])

    def want(self, sets: Sequence[OwnSet]) -> None:
        """These sets are on the map; what is known of others stays, for whoever undoes."""
        self._wanted = tuple(dict.fromkeys(own.key for own in sets))
        for key in self._wanted:
            self._found.setdefault(key, PlacedSet())
        self._ask()

    def again(self) -> None:
        """The engine was started again, or has opened what is shown: what was under way begins anew."""
        for key, found in self._found.items():
            if not (found.done or found.cancelled):  # refused, maybe, because no model was open yet
                self._found[key] = PlacedSet()
        self._ask()

    def retry(self, key: Key) -> None:
        """Place a set anew: its files may be there again, or others."""
        self._found[key] = PlacedSet()
        self._client.request(TOPIC, [])
        self._ask()

    def cancel(self, key: Key) -> None:
        """Leave a set as far as it has come."""
        found = self._found.get(key)
        if found is not None and not found.done:
            found.cancelled = True
            self._ask()
            self.told.emit(key)

    def of(self, key: Key) -> PlacedSet:
        """What is known of a set."""
        return self._found.get(key, PlacedSet())

    @property
    def work(self) -> Iterator[Work]:
        """What is under way."""
        for key in self._under_way():
            found = self._found[key]
            words = f"Placing {found.total:,} images" if found.total else "Reading images"
            yield Work(words, found.share)

    def _under_way(self) -> list[Key]:
        known = ((key, self._found[key]) for key in self._wanted)
        return [key for key, found in known if not (found.done or found.refused or found.cancelled)]

    def _ask(self) -> None:
        wants = [want_placed(key, key[0], key[1], search=key[2], most=MOST) for key in self._under_way()]
        self._client.request(TOPIC, wants)

    def _take(self, answer: Answer) -> None:
        key = answer.key
        found = self._found.get(key) if isinstance(key, tuple) else None
        if found is None or found.done or found.cancelled:
            return
        if isinstance(answer.reply, ImagesPlaced):
            found.take(answer.reply)
        elif isinstance(answer.reply, Refused):
            found.refused = answer.reply.reason
        self.told.emit(key)
