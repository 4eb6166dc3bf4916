"""The original images as a layer of the map: at close zoom, thumbnails replace points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter, QRegion

from latent_explorer.atlas import ByteCache, Region
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import displayed, ratio_of, to_array, to_qimage
from latent_explorer.points.placing import distance_for, with_room
from latent_explorer.session import OpenBundle

SIDE = 40  # logical pixels: the longer side of a thumbnail with its rim, at every zoom
_APART, _SPARSE = SIDE + 2, SIDE + 14  # minimum pixels between thumbnails, close up and on the whole map
_RIM = 2
_LIFTED, _LIFTED_RIM = 90, 3  # of the enlarged one under the pointer
_ROOM = 80.0  # pixels of screen per point from which thumbnails are shown: about 20 points for each
_CLOSER = 1.5  # minimum magnification relative to the whole map
_AROUND = 128  # pixels around the view in which places are found, so that most steps of a pan need no search
_BYTES = 32 * 2**20
_PAINTED = 1024  # thumbnails cached in painted form
_KEPT_SIDE = 128  # larger images are reduced to this side


@dataclass(frozen=True, eq=False)
class Places:
    """The images that have a place. numbers: int64 (k,), in the dataset. version: of the points.

    region: the searched region.
    """

    numbers: NDArray[np.int64]
    version: int
    region: Region

    def serve(self, view: View, version: int) -> bool:
        seen, whole = view.region, self.region
        inside = whole.left <= seen.left and seen.right <= whole.right
        inside = inside and whole.bottom <= seen.bottom and seen.top <= whole.top
        return inside and self.version == version


_NOWHERE = np.zeros(0, np.int64)

REAL_IMAGES = LayerSpec(
    "real-images", "Real images", "Shows points as their images when you zoom in far enough.", key="T"
)


class ThumbnailLayer(Layer):
    """Paints cached images at the places of their points; the dot is visible until an image arrives.

    cache: images uint8 (h, w, c) by number. light: as for the tiles below. everywhere: whether they are shown at all
    zooms, as for colour images, whose points are hidden. fitted: the scale of the whole map. lifted: the number of the
    enlarged image under the pointer. missed: why there are none, once known.
    """

    def __init__(self, points: PointLayer) -> None:
        super().__init__(REAL_IMAGES)
        self.missed = ""
        self.cache: ByteCache[int] = ByteCache(_BYTES)
        self.light = self.everywhere = False
        self.fitted = 0.0
        self.lifted: int | None = None
        self._points = points
        self._first = 0  # the number of the first point with an image
        self._places: dict[float, Places] = {}  # by spacing, for the current and the previous view
        self._shape = QSize(1, 1)
        self._painted: dict[int, QImage] = {}
        self._painted_for: tuple[int, float] = (-1, 0.0)

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        grey, self._first = bundle.config.net.image_shape[2] == 1, bundle.latents.images_from
        self.light, self.everywhere = not theme.dark, not grey

    def notice(self, view: View) -> str:
        if not self.visible:
            return "Points: press T for their real images"
        if self.missed:
            return f"{'Points stay dots' if self._points.visible else 'Press 2 for points'}: {self.missed}"
        near = self.near_enough(view) or self.everywhere
        return "Real images: press T for points" if near else "Real images: zoom in to see them"

    def open(self, image_shape: tuple[int, int, int]) -> None:
        """Start with images (h, w, c) of another bundle."""
        self._shape = QSize(image_shape[1], image_shape[0])
        self.forget_images()
        self._places, self.lifted = {}, None

    def forget_images(self) -> None:
        """Drop all images, as they have changed."""
        self.missed = ""
        self.cache.clear()
        self._painted.clear()

    def near_enough(self, view: View) -> bool:
        """Whether a view is close enough for thumbnails."""
        points = len(self._points.uv)
        room = self._points.room(view) * points / max(points - self._first, 1)  # per point with an image
        return view.scale >= _CLOSER * self.fitted and room >= _ROOM

    def places(self, view: View) -> NDArray[np.int64]:
        """The numbers (k,) of the images with a place in a view or just outside."""
        near = self.near_enough(view)
        if not (self.visible and (near or self.everywhere) and (self._points.count or self.everywhere)):
            return _NOWHERE
        apart = distance_for(view.scale, _APART if near else _SPARSE)
        found = self._places.get(apart)
        if found is None or not found.serve(view, self._points.version):
            wide = view.resized(view.width + 2 * _AROUND, view.height + 2 * _AROUND).region
            numbers = with_room(self._points.index, wide, apart, self._eligible)
            found = Places(numbers, self._points.version, wide)
            self._places = dict([*self._places.items()][-1:]) | {apart: found}
        return found.numbers

    def _eligible(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which points can have a thumbnail; draws from the prior have no image."""
        own = self._points.coloured(positions)
        return own & (self._points.index.points.order[positions] >= self._first) if self._first else own

    def keep(self, number: int, image: NDArray[np.uint8]) -> None:
        if max(image.shape[:2]) > _KEPT_SIDE:
            mode, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            image = to_array(to_qimage(image).scaled(_KEPT_SIDE, _KEPT_SIDE, mode, smooth))[..., : image.shape[2]]
        self.cache.put(number, image.copy())

    def missing(self, view: View, near: tuple[float, float]) -> list[int]:
        """The numbers of the missing images of a view, nearest to a plane point first."""
        numbers = self.places(view)
        distance = np.abs(self._points.index.uv[numbers] - np.array(near)).max(1)
        return [number for number in numbers[np.argsort(distance)].tolist() if self.cache.get(number) is None]

    def at(self, view: View, uv: tuple[float, float]) -> int | None:
        """The number of the image whose painted thumbnail covers a plane point."""
        numbers = self.places(view)
        off = np.abs(self._points.index.uv[numbers].astype(np.float64) - uv).max(1) * view.scale
        best = int(off.argmin()) if len(off) else 0
        if not len(off) or off[best] > SIDE / 2:
            return None
        number = int(numbers[best])
        return number if number in self.cache else None

    def region_of(self, view: View, numbers: NDArray[np.int64]) -> QRegion:
        """The pixels that the thumbnails of images cover in a view."""
        whole = QRegion()
        for x, y in view.to_screen(self._points.index.uv[np.intersect1d(numbers, self.places(view))]).tolist():
            whole = whole.united(QRect(round(x - SIDE / 2) - 1, round(y - SIDE / 2) - 1, SIDE + 2, SIDE + 2))
        return whole

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Paint the images that have a place, centred on their points, with rims in the colours of their classes."""
        numbers, size = self.places(view), self._size(SIDE, _RIM)
        half = np.array([size.width(), size.height()]) / 2
        corners = view.to_screen(self._points.index.uv[numbers]) - half
        seen = ((corners > -2 * half) & (corners < (view.width, view.height))).all(1)
        corners = np.round(corners[seen] * ratio) / ratio  # on whole device pixels, nothing is resampled
        for number, (x, y) in zip(numbers[seen].tolist(), corners.tolist(), strict=True):
            if number in self.cache:
                painter.drawImage(QPointF(x, y), self._thumbnail(number, ratio))

    def _thumbnail(self, number: int, ratio: float) -> QImage:
        look = self._points.version, ratio
        if self._painted_for != look or len(self._painted) > _PAINTED:
            self._painted, self._painted_for = {}, look
        if number not in self._painted:
            self._painted[number] = self._framed(number, SIDE, _RIM, ratio)
        return self._painted[number]

    def lifted_rect(self, view: View) -> QRect:
        """The rectangle of the enlarged image: to the lower left of the pointer, away from the loupe."""
        if self.lifted is None:
            return QRect()
        x, y = view.to_screen(self._points.index.uv[self.lifted]).tolist()
        size = self._size(_LIFTED, _LIFTED_RIM)
        place = QRect(round(x + SIDE / 2) - size.width(), round(y - SIDE / 2), size.width(), size.height())
        place.moveLeft(max(0, min(place.left(), view.width - place.width())))
        place.moveTop(max(0, min(place.top(), view.height - place.height())))
        return place

    def paint_lifted(self, painter: QPainter, view: View) -> None:
        if self.lifted is None or self.lifted not in self.cache:
            return
        image = self._framed(self.lifted, _LIFTED, _LIFTED_RIM, ratio_of(painter))
        painter.drawImage(self.lifted_rect(view).topLeft(), image)

    def _size(self, side: int, rim: int) -> QSize:
        """The size of an image with its rim in logical pixels, for a given longer side."""
        inner, rims = side - 2 * rim, QSize(2 * rim, 2 * rim)
        return self._shape.scaled(inner, inner, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)) + rims

    def _framed(self, number: int, side: int, rim: int, ratio: float) -> QImage:
        """An image with a rim in the colour of its class; with square pixels at large magnifications."""
        pixels = self.cache.get(number)
        assert pixels is not None
        size = self._size(side, rim)
        framed = QImage(round(size.width() * ratio), round(size.height() * ratio), QImage.Format.Format_RGB32)
        framed.setDevicePixelRatio(ratio)
        framed.fill(self._points.colour(number))
        painter = QPainter(framed)
        smooth = size.width() < 2 * pixels.shape[1]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        inner = QRectF(rim, rim, size.width() - 2 * rim, size.height() - 2 * rim)
        image = to_qimage(pixels)
        painter.drawImage(inner, displayed(image, light=self.light))
        painter.end()
        return framed
