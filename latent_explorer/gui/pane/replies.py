"""What comes from a pane's engine and from the disk, handed to whoever takes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.engine.client import Answer, EngineLost, Event
from latent_explorer.engine.protocol import Refused
from latent_explorer.errors import EngineError
from latent_explorer.fields import PICTURE
from latent_explorer.gui.layers.field_layers import FieldLayers
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.feed import AtlasFeed
from latent_explorer.gui.pane.link import EngineLink
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.snapshot_navigator import SnapshotNavigator
from latent_explorer.gui.pane.tile_store import TileStore

_GIVEN_UP = "The engine stops again and again. Choose Help ▸ Restart the engine, or see the log."


@dataclass(frozen=True, eq=False)
class _Consumer:
    take: Callable[[Answer], None]
    takes_refusals: bool


class Replies(QObject):
    """Hands on every event of a pane's engine. What nobody takes is an error.

    `on` and `on_topic` register who takes a kind of reply, or the batches of a topic.
    """

    def __init__(self, link: EngineLink, shared: Shared) -> None:
        super().__init__(link)
        self._shared = shared
        self._by_kind: dict[type, Callable[[Any], None]] = {}
        self._by_topic: dict[str, _Consumer] = {}
        link.arrived.connect(self.take)

    def on(self, kind: type, take: Callable[[Any], None]) -> None:
        """Hand replies of a kind, those that belong to no batch, to `take`."""
        self._by_kind[kind] = take

    def on_topic(self, topic: str, take: Callable[[Answer], None], *, takes_refusals: bool = False) -> None:
        """Hand the batches of a topic to `take`; their refusals too, or the status bar shows them."""
        self._by_topic[topic] = _Consumer(take, takes_refusals)

    def take(self, event: Event) -> None:
        """Hand on an event of the engine. Raises EngineError where nobody takes it."""
        match event:
            case EngineLost(again=True):
                self._shared.say("The engine stopped and was started again; nothing is lost.")
            case EngineLost():
                self._shared.banner.say(_GIVEN_UP)
            case Answer(topic=topic) if topic:
                self._take_batch(event)
            case Answer(reply=reply):
                take = self._by_kind.get(type(reply))
                if take is None:
                    raise EngineError(f"the engine answered {type(reply).__name__}, which nobody takes")
                take(reply)

    def _take_batch(self, answer: Answer) -> None:
        consumer = self._by_topic.get(answer.topic)
        if consumer is None:
            raise EngineError(f"the engine answered for the topic {answer.topic!r}, which nobody takes")
        if isinstance(answer.reply, Refused) and not consumer.takes_refusals:
            self._shared.say(f"Not decoded: {answer.reply.reason}")
        else:
            consumer.take(answer)


class TileReceiver:
    """Keeps the tiles of pictures and fields that come from the engine or the disk, and has the canvas show them."""

    def __init__(
        self,
        store: TileStore,
        feed: AtlasFeed,
        tiles: TileLayer,
        fields: FieldLayers,
        canvas: MapCanvas,
        navigator: SnapshotNavigator,
    ) -> None:
        self._store, self._feed, self._tiles, self._fields = store, feed, tiles, fields
        self._canvas, self._navigator = canvas, navigator
        store.found.connect(self.take_kept)

    def take(self, answer: Answer) -> None:
        """A tile of pictures has been decoded."""
        self._show(*self._feed.take(answer))

    def take_kept(self, generation: int, key: TileKey, pictures: Pictures) -> None:
        """A tile has been read from disk; one of a bundle that was shown before is dropped."""
        if generation != self._store.generation:
            return
        if key.field != PICTURE.name:
            self._fields.take_tile(key, pictures)
        elif key not in self._feed.cache:
            self._show(key, self._feed.cache.put(key, pictures))

    def _show(self, key: TileKey, forgotten: list[TileKey]) -> None:
        self._tiles.forget([key, *forgotten])
        if self._navigator.gathers:
            self._navigator.tile_came()
        else:
            self._canvas.show_tile(key)
