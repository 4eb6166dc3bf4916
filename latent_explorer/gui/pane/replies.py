"""What comes from a pane's engine and from the disk, handed to whoever takes it."""

from collections.abc import Callable

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.engine.client import Answer, EngineLost
from latent_explorer.fields import PICTURE
from latent_explorer.gui.layers.field_layers import FieldLayers
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.feed import AtlasFeed
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.snapshot_navigator import SnapshotNavigator
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.service.codec import Refused


def tell_loss(shared: Shared, event: EngineLost) -> None:
    """Say that the engine stopped, and what to do where it was given up."""
    if event.again:
        shared.say("The engine stopped and was started again; nothing is lost.")
        return
    reason = f" ({event.reason})" if event.reason else ""
    shared.banner.say(f"The engine stops again and again{reason}. Choose Help ▸ Restart the engine, or see the log.")


def unless_refused(take: Callable[[Answer], None], say: Callable[[str], None]) -> Callable[[Answer], None]:
    """Takes an answer, but says why where it is a refusal."""

    def run(answer: Answer) -> None:
        if isinstance(answer.reply, Refused):
            say(f"Not decoded: {answer.reply.reason}")
        else:
            take(answer)

    return run


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
