"""What comes from the engine and from the disk, handed to whom it concerns."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from latent_explorer.atlas import FIELDS, TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.engine.client import Answer, EngineLost, Event, Urgency
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.service.codec import Refused

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow


class Replies(QObject):
    """Subscribes the window's parts to the engine's answers, and takes every tile of the store."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        subscribe = window.link.client.subscribe
        subscribe(EngineLost, self._lost)
        subscribe(Open, self._take_opened)
        subscribe(Hover, self._take_picture)
        subscribe(Describe, self._take_place)
        subscribe("pins", self._unless_refused(window.pinboard.take), Urgency.ASKED)
        subscribe("digits", window.guide.take, Urgency.ASKED)
        subscribe("selection", window.selecting.take, Urgency.ASKED)
        subscribe("grow", self._unless_refused(window.selecting.take_nearest), Urgency.ASKED)
        subscribe("film", self._unless_refused(window.film.take), Urgency.PATH)
        subscribe("tiles", self._unless_refused(self._take_tile), Urgency.VIEW)
        subscribe("fields", self._unless_refused(window.fields.take), Urgency.OVERLAY)
        subscribe("thumbnails", window.thumbnails.take, Urgency.DETAIL)
        subscribe("export", window.exporter.take, Urgency.EXPORT)
        window.link.arrived.connect(self.take)
        window.store.found.connect(self.take_kept_tile)

    def take(self, event: Event) -> None:
        """Hand on an event of the engine."""
        self._window.link.client.dispatch(event)

    def take_kept_tile(self, generation: int, key: TileKey, pictures: Pictures) -> None:
        """A tile has been read from disk; one of a bundle that was shown before is dropped."""
        window = self._window
        if generation != window.store.generation:
            return
        if key.field in FIELDS:
            window.fields.take_tile(key, pictures)
        elif key not in window.feed.cache:
            self._show_tile(key, window.feed.cache.put(key, pictures))

    def _lost(self, event: EngineLost) -> None:
        if event.again:
            self._window.status.say("The engine stopped and was started again; nothing is lost.")
            return
        reason = f" ({event.reason})" if event.reason else ""
        self._window.banner.say(
            f"The engine stops again and again{reason}. Choose Help ▸ Restart the engine, or see the log."
        )

    def _take_opened(self, answer: Answer) -> None:
        match answer.reply:
            case Opened() as opened:
                self._window.opener.opened(opened)
            case Refused() as refused:
                self._window.opener.refused(refused)

    def _take_picture(self, answer: Answer) -> None:
        if isinstance(answer.reply, Picture):
            self._window.prober.take_picture(answer.reply)
        else:
            self._refused(answer)

    def _take_place(self, answer: Answer) -> None:
        if isinstance(answer.reply, Place):
            self._window.prober.take_place(answer.reply)
        else:
            self._refused(answer)

    def _unless_refused(self, take: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """Says why where a batch was refused, else hands it on."""
        return lambda answer: self._refused(answer) if isinstance(answer.reply, Refused) else take(answer)

    def _refused(self, answer: Answer) -> None:
        if isinstance(answer.reply, Refused):
            self._window.status.say(f"Not decoded: {answer.reply.reason}")

    def _take_tile(self, answer: Answer) -> None:
        self._show_tile(*self._window.feed.take(answer))

    def _show_tile(self, key: TileKey, forgotten: list[TileKey]) -> None:
        self._window.tiles.forget([key, *forgotten])
        if self._window.voyage.gathers:
            self._window.voyage.tile_came()
        else:
            self._window.canvas.show_tile(key)
