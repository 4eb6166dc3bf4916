"""No layer and no mark changes how the next is painted, whatever its painter leaves behind."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PyQt6.QtWidgets import QStyleOptionGraphicsItem
from pyqtgraph import ViewBox

from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.fields import layer_fields
from latent_explorer.gui.layers.layer import Layer, LayerSpec, painter_on
from latent_explorer.gui.layers.tiles import TiledLayer
from latent_explorer.gui.pane import layer_buffer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.marks import Marks
from latent_explorer.gui.pane.plot import PixelItem
from latent_explorer.gui.widgets.images import to_array

TITLES = [field.title for field in layer_fields() if not (field.needs_variance or field.fleeting)]


def seen(canvas: MapCanvas) -> NDArray[np.uint8]:
    return to_array(canvas.grab().toImage())


def leaking(paint: Callable[..., None]) -> Callable[..., None]:
    """The painter of a layer or mark that leaves behind all that one can leave."""

    def run(painter: QPainter, *others: object, **named: object) -> None:
        paint(painter, *others, **named)
        painter.setBrush(QColor("#ff00ff"))
        painter.setPen(QPen(QColor("#00ff00"), 9))
        painter.setFont(QFont("serif", 30))
        painter.setOpacity(0.15)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Xor)
        painter.setClipRect(0, 0, 40, 40)
        painter.translate(7, 5)

    return run


class Leaking(Layer):
    """Shows nothing, and leaves behind all that one can."""

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        leaking(lambda _: None)(painter)


@contextlib.contextmanager
def all_layers(person: Person, *, focused: bool, pinned: bool) -> Iterator[None]:
    """A map with every layer and every mark."""
    window, canvas = person.window, person.canvas
    before = {title: (layer.visible, layer.opacity) for title, layer in window.pane.layers.by_title.items()}
    for title in (*TITLES, "Class names"):
        window.pane.layers.show(title, True, 0.5)
    if pinned:
        window.pane.session.pin(np.array([1.0, 1.0]))
    marks = Marks(caption="Epoch 1", neighbours=np.array([[0.5, -0.5]]), pins=canvas.marks.pins)
    canvas.set_marks(replace(marks, probe=(0.4, 0.3), loupe=QImage(8, 8, QImage.Format.Format_RGB32)))
    canvas.setFocus() if focused else window.pane.filmstrip.setFocus()
    person.wait_until(lambda: window.pane.fields.missing == 0)
    person.wait_for_the_engine()
    canvas.refresh()
    yield
    for title, (visible, opacity) in before.items():
        window.pane.layers.show(title, visible, opacity)
    canvas.setFocus()


@pytest.mark.parametrize(("focused", "pinned"), [(True, False), (False, True)])
def test_a_painter_that_leaves_its_brush_font_or_opacity_behind_changes_nothing(
    person: Person, monkeypatch: pytest.MonkeyPatch, focused: bool, pinned: bool
) -> None:
    canvas = person.canvas
    with all_layers(person, focused=focused, pinned=pinned):
        before = seen(canvas)
        leak = Leaking(LayerSpec("leaking", "Leaking", "Nothing."))
        monkeypatch.setattr(canvas, "above", canvas.above)
        canvas.above.insert(0, leak)
        for layer in canvas.layers:
            name = "paint_tiles" if isinstance(layer, TiledLayer) else "paint"
            monkeypatch.setattr(layer, name, leaking(getattr(layer, name)))
        for item in (canvas._ground_item, canvas._scale_item, canvas._lifted_item, canvas._probe_item):
            monkeypatch.setattr(item, "_paint", leaking(item._paint))
        shared: dict[int, QPainter] = {}
        try:
            canvas.refresh()
            np.testing.assert_array_equal(seen(canvas), before)
            monkeypatch.setattr(layer_buffer, "painter_on", partial(one_for_all, shared))
            canvas.refresh()
            assert (seen(canvas) != before).any()  # what the guard is for: without it, the same leaks are seen
        finally:
            monkeypatch.undo()
            canvas.above.remove(leak)
            for painter in shared.values():
                painter.end()
            canvas.refresh()


def test_an_item_of_pixels_leaves_the_painter_as_it_was(qapp: object) -> None:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    with painter_on(image) as painter:
        before = state_of(painter)
        item = PixelItem(ViewBox(), 0, leaking(lambda painter, _: painter.fillRect(0, 0, 5, 5, QColor("#ff00ff"))))
        item.paint(painter, QStyleOptionGraphicsItem())
        assert state_of(painter) == before
    assert image.pixelColor(2, 2) == QColor("#ff00ff")


def state_of(painter: QPainter) -> tuple[object, ...]:
    return (
        painter.pen(), painter.brush(), painter.font(), painter.opacity(), painter.renderHints(), painter.transform(),
        painter.compositionMode(), painter.hasClipping(),
    )  # fmt: skip


@contextlib.contextmanager
def one_for_all(shared: dict[int, QPainter], image: QImage, clip: QRect | None = None) -> Iterator[QPainter]:
    """One painter for all layers of an image, as if none were kept apart."""
    if image.cacheKey() not in shared:
        shared[image.cacheKey()] = QPainter(image)
    yield shared[image.cacheKey()]
