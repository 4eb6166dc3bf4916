"""The name of each class where most of its images are."""

from functools import cached_property

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
        self.__dict__.pop("places", None)

    @cached_property
    def places(self) -> list[tuple[str, tuple[float, float]]]:
        """The names of the classes that are shown, each with the plane point where it is painted."""
        assert self.bundle is not None
        label, uv, found = self.bundle.latents.label, self.bundle.uv, []
        assert label is not None, "the layer needs labels"
        for number in np.unique(label).tolist():
            if number not in self.hidden:
                u, v = np.median(uv[label == number], axis=0).tolist()
                found.append((self.bundle.class_names[number], (u, v)))
        return found

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        if not self.painted or self.theme is None:
            return
        painter.save()
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        for name, uv in self.places:
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
