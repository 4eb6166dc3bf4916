"""The picture at the end of a lesson: the map, or both, with the pictures of the path below."""

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter

from latent_explorer.gui.lessons.uses import LessonUses
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.lessons import LessonText
from latent_explorer.safe_text import safe_text

_SCALE = 2.0  # device pixels to the pixel of the map
_MARGIN, _LINE, _BETWEEN = 16, 44, 12  # device pixels
_FRAMES = 12  # of a path


def end_picture(uses: LessonUses, lesson: LessonText) -> QImage:
    """What a person has made, as the maps show it now, under the lesson's title."""
    panes = list(uses.panes()) if lesson.picture.shows == "maps" else [uses.active()]
    maps = [(_named(pane), pane.canvas.picture(_SCALE)) for pane in panes if pane.bundle is not None]
    frames = _frames(panes[0]) if lesson.picture.shows == "filmstrip" else []
    return _laid_out(safe_text(lesson.title), maps, frames, panes[0])


def settled(uses: LessonUses) -> bool:
    """Whether all that the maps show is there."""
    return all(pane.settled and not pane.feed.missing for pane in uses.panes())


def _named(pane: MapPane) -> str:
    return "" if pane.bundle is None else pane.bundle.name


def _frames(pane: MapPane) -> list[QImage]:
    frames = pane.filmstrip.frames
    chosen = np.linspace(0, len(frames) - 1, min(_FRAMES, len(frames))).round().astype(int)
    light = not pane.theme.dark
    return [displayed(to_qimage(frames[index]), light=light) for index in chosen]


def _laid_out(title: str, maps: list[tuple[str, QImage]], frames: list[QImage], pane: MapPane) -> QImage:
    widths, heights = ([f(image) for _, image in maps] or [0] for f in (QImage.width, QImage.height))
    inner = sum(widths) + _BETWEEN * (len(widths) - 1)
    side = inner // max(len(frames), 1) if frames else 0
    captions = _LINE if len(maps) > 1 else 0
    height = _MARGIN + _LINE + captions + max(heights) + (side + _BETWEEN if frames else 0) + _MARGIN
    whole = QImage(QSize(inner + 2 * _MARGIN, height), QImage.Format.Format_RGB32)
    whole.fill(QColor(pane.theme.window))
    painter = QPainter(whole)
    painter.setPen(QColor(pane.theme.text))
    font = painter.font()
    font.setPixelSize(26)
    font.setBold(True)
    painter.setFont(font)
    _write(painter, QRectF(_MARGIN, _MARGIN, inner, _LINE - 8), title)
    top, left = _MARGIN + _LINE, float(_MARGIN)
    font.setPixelSize(22)
    font.setBold(False)
    painter.setFont(font)
    for name, image in maps:
        image.setDevicePixelRatio(1.0)
        if captions:
            _write(painter, QRectF(left, top, image.width(), captions - 8), name)
        painter.drawImage(QPointF(left, top + captions), image)
        left += image.width() + _BETWEEN
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number, frame in enumerate(frames):
        where = QRectF(_MARGIN + number * side, top + captions + max(heights) + _BETWEEN, side - 2, side - 2)
        painter.drawImage(where, frame)
    painter.end()
    return whole


def _write(painter: QPainter, where: QRectF, text: str) -> None:
    painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
