"""Lines on the map from the point under the pointer to its nearest images in latent space."""

from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.nearest import NearestImages, want_nearest
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.point_colourer import PointColourer
from latent_explorer.session import OpenBundle

TOPIC = "links"
_WITHIN = 8.0  # pixels around the pointer


class TrueNeighbours(QObject):
    """Shows the nearest images of a point while points are coloured by how well the map keeps neighbours."""

    def __init__(self, client: EngineClient, canvas: MapCanvas, points: PointLayer, colourer: PointColourer) -> None:
        super().__init__(canvas)
        self._client, self._canvas, self._points, self._colourer = client, canvas, points, colourer
        self._bundle: OpenBundle | None = None
        self._image: int | None = None
        colourer.chosen.connect(self.leave)

    def open(self, bundle: OpenBundle) -> None:
        """Start with another bundle or chart."""
        self._bundle = bundle
        self.leave()

    def close(self) -> None:
        """Stop while a fit moves the points."""
        self._bundle = None
        self.leave()

    def hover(self, u: float, v: float) -> None:
        """Show the neighbours of the point at a plane point."""
        if self._bundle is None or self._colourer.colouring.judged is None:
            return
        view = self._canvas.view
        image = self._points.nearest_image(view, *view.to_screen_point((u, v)), _WITHIN)
        if image == self._image:
            return
        self.leave()
        self._image = image
        if image is not None:
            self._client.request(TOPIC, [want_nearest(image, self._bundle.latents.mean[image, None])])

    def leave(self) -> None:
        """Hide the lines: the pointer is no longer at a point."""
        if self._image is not None:
            self._image = None
            self._client.request(TOPIC, [])
        if self._canvas.marks.links is not None:
            self._canvas.mark(links=None)

    def take(self, answer: Answer) -> None:
        """Show the nearest images from the engine."""
        bundle, image = self._bundle, self._image
        if not isinstance(answer.reply, NearestImages) or answer.content is None or bundle is None:
            return
        if image is not None and answer.key == image:
            others = [number for number in answer.content[0].tolist() if number != image]
            self._canvas.mark(links=bundle.uv[[image, *others]].astype("f8"))
