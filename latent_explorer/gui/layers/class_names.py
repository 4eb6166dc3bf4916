"""The name of each class at the centre of its images."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QRegion

from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.theme import Theme
from latent_explorer.session import OpenBundle

_WIDEST = 160  # pixels: the maximum width of a name


class ClassNames(Layer):
    """Names on plates at the median of each visible class along both axes.

    If plates would overlap, only the class with more images is named; zooming in makes room for the others.
    """

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self.__dict__.pop("places", None)

    @cached_property
    def places(self) -> list[tuple[str, tuple[float, float]]]:
        """The names of the visible classes, each with its plane point, the largest class first."""
        assert self.bundle is not None
        label, names, counts = self.bundle.latents.label, self.bundle.class_names, self.bundle.class_counts
        assert label is not None, "the layer needs labels"
        middles = (np.cumsum(counts) - counts + counts // 2).clip(max=len(label) - 1)
        uv = np.stack([side[np.lexsort((side, label))][middles] for side in self.bundle.uv.T], -1).tolist()
        shown = (number for number in np.argsort(-counts, kind="stable").tolist() if counts[number])
        return [(names[number], (uv[number][0], uv[number][1])) for number in shown if number not in self.hidden]

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        if not self.painted or self.theme is None:
            return
        painter.save()
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        for name, plate in self._plates(view, QFontMetricsF(font)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.plate)
            painter.drawRoundedRect(plate, 4, 4)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, name)
        painter.restore()

    def _plates(self, view: View, metrics: QFontMetricsF) -> Iterator[tuple[str, QRectF]]:
        """The names that fit in a view, with their rectangles."""
        whole, taken = QRectF(0, 0, view.width, view.height), QRegion()
        for name, uv in self.places:
            at = QPointF(*np.clip(view.to_screen_point(uv), -1e6, 1e6).tolist())
            if not whole.contains(at):
                continue
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _WIDEST)
            plate = QRectF(0, 0, metrics.horizontalAdvance(shown) + 10, metrics.height() + 2)
            plate.moveCenter(at)
            if not taken.intersects(plate.toAlignedRect()):
                taken += plate.toAlignedRect()
                yield shown, plate


CLASS_NAMES = LayerSpec(
    "class-names",
    "Class names",
    "The name of each class, in the middle of its images: the median along both axes.",
    ClassNames,
    key="N",
    shown=False,
    needs_labels=True,
)
