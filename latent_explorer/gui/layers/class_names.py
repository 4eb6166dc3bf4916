"""The name of each class where most of its images are."""

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.theme import Theme
from latent_explorer.session import OpenBundle


class ClassNames(Layer):
    """Names on plates, in the middle (the median along both axes) of each class that is shown."""

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self._places: list[tuple[str, tuple[float, float]]] = []
        for label in [] if bundle.latents.label is None else np.unique(bundle.latents.label).tolist():
            if label not in hidden:
                u, v = np.median(bundle.uv[bundle.latents.label == label], axis=0).tolist()
                self._places.append((bundle.class_names[label], (u, v)))

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        if not self.painted or self.theme is None:
            return
        painter.save()
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        for name, uv in self._places:
            size = QFontMetricsF(font).size(Qt.TextFlag.TextSingleLine, name)
            plate = QRectF(0, 0, size.width() + 10, size.height() + 2)
            plate.moveCenter(QPointF(*view.to_screen_point(uv)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.plate)
            painter.drawRoundedRect(plate, 4, 4)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()


CLASS_NAMES = LayerSpec(
    "class-names",
    "Class names",
    "The name of each class, in the middle of its images: the median along both axes.",
    ClassNames,
    key="N",
    shown=False,
    needs_labels=True,
)
