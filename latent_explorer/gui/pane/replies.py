"""What comes from the engine and from the disk, handed to whom it concerns."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.engine.client import Answer, EngineLost, Event
from latent_explorer.engine.protocol import Opened, Picture, Place, Refused
from latent_explorer.fields import PICTURE

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow


class Replies(QObject):
    """Takes every event of the engine's client and every tile of the store."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.link.arrived.connect(self.take)
        window.store.found.connect(self.take_kept_tile)

    def take(self, event: Event) -> None:
        """Hand on an event of the engine."""
        window = self._window
        match event:
            case EngineLost(again=True):
                window.status.say("The engine stopped and was started again; nothing is lost.")
            case EngineLost():
                window.banner.say("The engine stops again and again. Choose Help ▸ Restart the engine, or see the log.")
            case Answer(topic="export"):
                window.exporter.take(event)
            case Answer(topic="digits"):
                window.guide.take(event)
            case Answer(topic="thumbnails"):
                window.thumbnails.take(event)
            case Answer(topic="selection"):
                window.selecting.take(event)
            case Answer(topic=topic, reply=Refused() as refused) if topic:
                window.status.say(f"Not decoded: {refused.reason}")
            case Answer(topic=topic) if topic:
                self._take_batch(event)
            case Answer(reply=Picture() as picture):
                window.prober.take_picture(picture)
            case Answer(reply=Place() as place):
                window.prober.take_place(place)
            case Answer(reply=Opened() as opened):
                window.opener.opened(opened)
            case Answer(reply=Refused() as refused):
                window.opener.refused(refused)

    def _take_batch(self, answer: Answer) -> None:
        """Hand on pictures or values that came; a batch that is not complete yet concerns nobody."""
        window = self._window
        if answer.topic == "grow" and answer.values is not None:
            window.selecting.take_nearest(answer)
        elif answer.topic == "fields" and answer.values is not None:
            window.fields.take(answer)
        elif answer.pictures is not None:
            match answer.topic:
                case "tiles":
                    self._show_tile(*window.feed.take(answer))
                case "film":
                    window.film.take(answer)
                case "pins":
                    window.pinboard.take(answer)

    def take_kept_tile(self, generation: int, key: TileKey, pictures: Pictures) -> None:
        """A tile has been read from disk; one of a bundle that was shown before is dropped."""
        window = self._window
        if generation != window.store.generation:
            return
        if key.field != PICTURE.name:
            window.fields.take_tile(key, pictures)
        elif key not in window.feed.cache:
            self._show_tile(key, window.feed.cache.put(key, pictures))

    def _show_tile(self, key: TileKey, forgotten: list[TileKey]) -> None:
        self._window.tiles.forget([key, *forgotten])
        if self._window.voyage.gathers:
            self._window.voyage.tile_came()
        else:
            self._window.canvas.show_tile(key)
