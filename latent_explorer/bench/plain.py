"""A plain program that does the same as the explorer's hover, to compare with; always in a process of its own.

It does what a first script does: torch imported at the top, the points in a pyqtgraph ScatterPlotItem, and the
picture decoded in the mouse handler, with eager torch, before the handler returns.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import pyqtgraph
import torch
from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import use_a_display
from latent_explorer.bundles import read_config, read_latents, read_weights
from latent_explorer.nets.weights import load_model

_MOVES, _WARM_UP = 100, 10


class PlainExplorer(pyqtgraph.GraphicsLayoutWidget):  # type: ignore[misc]
    """A scatter plot on the left, the decoded picture on the right."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = read_config(folder)
        latents = read_latents(folder, config)
        self.model = load_model(config.net, read_weights(folder, config))
        self.plot = self.addPlot()
        self.plot.setAspectLocked(True)
        labels = latents.label if latents.label is not None else np.zeros(len(latents), np.int64)
        brushes = [pyqtgraph.mkBrush(pyqtgraph.intColor(label, 10)) for label in range(int(labels.max()) + 1)]
        points = pyqtgraph.ScatterPlotItem(size=3, pen=None, pxMode=True)
        points.setData(pos=latents.mean[:, :2], brush=[brushes[label] for label in labels])
        self.plot.addItem(points)
        self.picture = pyqtgraph.ImageItem(axisOrder="row-major")
        right = self.addPlot()
        right.invertY(True)
        right.addItem(self.picture)
        self.rest = np.zeros(config.net.latent_dim, np.float32)
        self.resize(1280, 800)
        self.scene().sigMouseMoved.connect(self.hover)

    def hover(self, at: QPointF) -> None:
        """Decode the place under the pointer and show it."""
        place = self.plot.vb.mapSceneToView(at)
        z = self.rest.copy()
        z[:2] = (place.x(), place.y())[: len(z)]
        with torch.no_grad():
            image = self.model.decode(torch.from_numpy(z)[None])[0]
        self.picture.setImage((image * 255).to(torch.uint8).permute(1, 2, 0).numpy().squeeze(), autoLevels=False)


class _PaintWatch(QObject):
    """Notes when the viewport was painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = False

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        self.painted |= event is not None and event.type() == QEvent.Type.Paint
        return False


def _hover_times(window: PlainExplorer) -> list[float]:
    times = []
    for step in range(_MOVES + _WARM_UP):
        t = step / 30
        at = QPointF(
            window.width() * (0.25 + 0.2 * math.sin(1.3 * t)), window.height() * (0.5 + 0.4 * math.sin(1.7 * t))
        )
        started = time.perf_counter()
        buttons = Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, QPointF(window.mapToGlobal(at)), buttons, buttons, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(window.viewport(), event)
        window.viewport().repaint()
        times.append(1000 * (time.perf_counter() - started))
        QApplication.processEvents()
    return times[_WARM_UP:]


def main(folder: Path, *, first_paint: bool) -> dict[str, float | list[float]]:
    """Show the window; the time of its first paint, or the milliseconds of some hovers."""
    use_a_display()
    pyqtgraph.setConfigOptions(imageAxisOrder="row-major")
    app = QApplication(sys.argv[:1])
    window = PlainExplorer(folder)
    watch = _PaintWatch()
    window.viewport().installEventFilter(watch)
    window.show()
    while not watch.painted:
        app.processEvents()
    app.processEvents()
    painted = time.time()
    return {"first_paint": painted} if first_paint else {"hover": _hover_times(window)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), first_paint="--first-paint" in sys.argv)))
