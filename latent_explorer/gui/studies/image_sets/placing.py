"""The placed images of sets from the engine, each set identified by its sources and settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.place_images import ImagesPlaced, want_placed
from latent_explorer.engine.handlers.place_latents import want_places
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session.own_sets import OwnSet

TOPIC, ON_MAP = "image sets", "image sets on the map"
MOST = 10_000
"""The maximum number of images in a set."""
Key = tuple[tuple[str, ...], str, bool]


@dataclass(eq=False)
class PlacedSet:
    """The state of a set. name: of its files. parts: received so far. share: the progress in [0, 1].

    uv: float32 (m, 2), where the first m images are on the map that is shown.
    done: whether it is complete. refused: why it could not be placed. cancelled: whether the user cancelled it.
    """

    name: str = ""
    notes: tuple[str, ...] = ()
    parts: list[ImagesPlaced] = field(default_factory=list)
    uv: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
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
        """Images that could not be placed, with reasons."""
        return [pair for part in self.parts for pair in part.rejected]

    @property
    def thumbnails(self) -> list[NDArray[np.uint8]]:
        """The thumbnail (h, w, c) of each image."""
        return [image for part in self.parts for image in part.thumbnails]

    def joined(self, name: str, width: int = 0) -> NDArray[np.floating]:
        """`z` (n, d), `error` (n,) or `score` (n,) of all images. width: d, for a set without images."""
        arrays = [getattr(part, name) for part in self.parts]
        empty = np.zeros((0, width), np.float32) if width else np.zeros(0)
        return np.concatenate(arrays) if arrays else empty

    def take(self, reply: ImagesPlaced) -> None:
        self.name, self.notes, self.total = reply.name, reply.notes, reply.total
        self.parts.append(reply)
        self.share, self.done = reply.share, not reply.more


class Placing(QObject):
    """Requests sets from the engine and keeps them while a model is open. told: a set has changed.

    First their latents, then the places of these on the map: finding them takes too long for the window's thread.
    """

    told = pyqtSignal(object)

    def __init__(self, client: EngineClient, parent: QObject) -> None:
        super().__init__(parent)
        self._client = client
        self._found: dict[Key, PlacedSet] = {}
        self._wanted: tuple[Key, ...] = ()
        self._chart = ""
        client.subscribe(TOPIC, self._take, Urgency.EXPORT)
        client.subscribe(ON_MAP, self._take_places, Urgency.DETAIL)

    def forget(self) -> None:
        """Drop all sets for another model."""
        self._found.clear()
        self._wanted = ()
        self._client.request(TOPIC, [])
        self._client.request(ON_MAP, [])

    def show_on(self, chart: str) -> None:
        """The map is that of a chart, as its spec is written; on another the images have other places."""
        if chart != self._chart:
            self._chart = chart
            for found in self._found.values():
                found.uv = found.uv[:0]
            self._ask_for_places()

    def want(self, sets: Sequence[OwnSet]) -> None:
        """Request these sets; others are kept for undo."""
        self._wanted = tuple(dict.fromkeys(own.key for own in sets))
        for key in self._wanted:
            self._found.setdefault(key, PlacedSet())
        self._ask()

    def again(self) -> None:
        """Restart incomplete sets, after the engine has restarted or opened a bundle."""
        for key, found in self._found.items():
            if not (found.done or found.cancelled):  # may be refused because no model was open yet
                self._found[key] = PlacedSet()
        self._ask()

    def retry(self, key: Key) -> None:
        """Place a set again, as its files may have changed."""
        self._found[key] = PlacedSet()
        self._client.request(TOPIC, [])
        self._ask()

    def cancel(self, key: Key) -> None:
        """Stop placing a set and keep its images so far."""
        found = self._found.get(key)
        if found is not None and not found.done:
            found.cancelled = True
            self._ask()
            self.told.emit(key)

    def of(self, key: Key) -> PlacedSet:
        """The state of a set."""
        return self._found.get(key, PlacedSet())

    @property
    def work(self) -> Iterator[Work]:
        """The work in progress."""
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
        self._ask_for_places()

    def _ask_for_places(self) -> None:
        wants = []
        for found in (self._found[key] for key in self._wanted):
            start, z = len(found.uv), found.joined("z").astype(np.float32)
            if start < len(z):
                wants.append(want_places((found, self._chart, start), z[start:], self._chart))
        self._client.request(ON_MAP, wants)

    def _take_places(self, answer: Answer) -> None:
        """Where some images are; none are while a chart is being fitted."""
        if answer.values is None or not isinstance(answer.key, tuple):
            return
        found, chart, start = answer.key
        if (chart, start) == (self._chart, len(found.uv)):
            found.uv = np.concatenate([found.uv, answer.values])
            self._ask_for_places()
            self.told.emit(None)

    def _take(self, answer: Answer) -> None:
        key = answer.key
        found = self._found.get(key) if isinstance(key, tuple) else None
        if found is None or found.done or found.cancelled:
            return
        if isinstance(answer.reply, ImagesPlaced):
            found.take(answer.reply)
            self._ask_for_places()
        elif isinstance(answer.reply, Refused):
            found.refused = answer.reply.reason
        self.told.emit(key)
