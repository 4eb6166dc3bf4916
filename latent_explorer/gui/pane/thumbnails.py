"""The thumbnails of a pane: requests the original images, reports problems, enlarges the one under the pointer."""

import numpy as np
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QGuiApplication

from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.thumbnails import ThumbnailLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.tile_feed import AtlasFeed
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

_BATCH = 32


class Thumbnails(QObject):
    """Keeps the thumbnails of a pane in sync with its view."""

    def __init__(
        self, client: EngineClient, canvas: MapCanvas, points: PointLayer, feed: AtlasFeed, shared: Shared
    ) -> None:
        super().__init__(canvas)
        self._client, self._canvas, self._feed, self._shared = client, canvas, feed, shared
        self.layer = ThumbnailLayer(points)
        self._explained = False
        self._asked: dict[tuple[int, ...], Want] = {}
        canvas.lifted = self.layer
        canvas.above.append(self.layer)

    @property
    def waiting(self) -> bool:
        """Whether images of the view are still missing."""
        view = self._canvas.view
        return not self.layer.missed and bool(self.layer.missing(view, (view.u, view.v)))

    def open(self, bundle: OpenBundle) -> None:
        self._asked.clear()
        self.layer.open(bundle.config.net.image_shape)

    def again(self) -> None:
        """Request again what is missing, after opening a bundle has dropped all requests."""
        self._asked.clear()
        self.look()

    def renew(self) -> None:
        """Drop the shown images: the engine has others now."""
        self.layer.forget_images()
        self.again()
        self._canvas.refresh()

    def look(self) -> None:
        """Request the images of the view that are missing."""
        canvas = self._canvas
        self.layer.fitted = canvas.fitted.scale
        self._lift(canvas.marks.probe)
        if self._feed.paused or self.layer.missed:
            return
        view = canvas.view
        missing = self.layer.missing(view, canvas.marks.probe or (view.u, view.v))
        wanted, before = set(missing), tuple(self._asked)
        self._asked = {key: want for key, want in self._asked.items() if not wanted.isdisjoint(key)}
        asked = {number for key in self._asked for number in key}
        fresh = [number for number in missing if number not in asked]
        for start in range(0, len(fresh), _BATCH):
            key = tuple(fresh[start : start + _BATCH])
            self._asked[key] = want_originals(key, np.array(key, np.int64))
        if tuple(self._asked) != before:
            self._client.request("thumbnails", list(self._asked.values()))

    def take(self, answer: Answer) -> None:
        """Take images, or the reason for a refusal."""
        key = answer.key
        if isinstance(answer.reply, Refused):
            before, self.layer.missed = self.layer.missed, answer.reply.reason
            if not before:
                self._shared.say(self.layer.notice(self._canvas.view))
            self._asked.clear()
            self._client.request("thumbnails", [])
        elif answer.pictures is not None and isinstance(key, tuple) and self._asked.pop(key, None) is not None:
            for number, image in zip(key, answer.pictures, strict=True):
                self.layer.keep(number, image)
            numbers = np.array(key, np.int64)
            self._canvas.refresh_points(lambda view: self.layer.region_of(view, numbers))
            if not self._explained and not self.layer.region_of(self._canvas.view, numbers).isEmpty():
                self._explained = True
                self._shared.say("Real images: press T for points")

    def hover(self, u: float, v: float) -> None:
        """Enlarge the image at a plane point, unless something is being dragged."""
        self._lift(None if QGuiApplication.mouseButtons() else (u, v))

    def _lift(self, at: tuple[float, float] | None) -> None:
        """Enlarge the image at a plane point, if there is one."""
        canvas, layer = self._canvas, self.layer
        lifted = None if at is None else layer.at(canvas.view, at)
        if lifted != layer.lifted:
            layer.lifted = lifted
            canvas.show_lifted()
