"""A plain program that does the same as the explorer's hover, to compare with; always in a process of its own.

It does what a first script does: torch imported at the top, the points in a pyqtgraph ScatterPlotItem, and the
picture decoded in the mouse handler, with eager torch, before the handler returns. `python -m … FOLDER hover|launch`.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyqtgraph
import torch
from PyQt6.QtCore import QEvent, QObject, QPointF
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.measure import use_a_display
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


class PaintWatch(QObject):
    """Notes when the viewport of a window is painted."""

    def __init__(self, window: PlainExplorer) -> None:
        super().__init__()
        self._painted = False
        window.viewport().installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        self._painted |= event is not None and event.type() == QEvent.Type.Paint
        return False

    def wait(self) -> None:
        """Let the program run until it has been painted since the last call."""
        while not self._painted:
            QApplication.processEvents()
        self._painted = False


def hover_times(window: PlainExplorer, show: Callable[[], None]) -> list[float]:
    """Milliseconds from each of a hundred moves until `show` has had its picture painted."""
    times = []
    for step in range(_MOVES + _WARM_UP):
        t = step / 30
        at = QPointF(
            window.width() * (0.25 + 0.2 * math.sin(1.3 * t)), window.height() * (0.5 + 0.4 * math.sin(1.7 * t))
        )
        started = time.perf_counter()
        send_mouse(window.viewport(), at)
        show()
        times.append(1000 * (time.perf_counter() - started))
        QApplication.processEvents()
    return times[_WARM_UP:]


def main(folder: str, what: str) -> dict[str, float | list[float]]:
    """Show the window; the times of its first paint and first picture, or the milliseconds of some hovers.

    forced: with a repaint of the whole viewport after each move. unforced: as Qt itself repaints what has changed.
    """
    use_a_display()
    pyqtgraph.setConfigOptions(imageAxisOrder="row-major")
    app = QApplication(sys.argv[:1])
    window = PlainExplorer(Path(folder))
    watch = PaintWatch(window)
    window.show()
    watch.wait()
    painted = time.time()
    if what == "launch":
        send_mouse(window.viewport(), QPointF(window.width() / 4, window.height() / 2))
        watch.wait()
        return {"first_paint": painted, "first_exact_hover": time.time()}
    app.processEvents()
    forced = hover_times(window, window.viewport().repaint)
    watch.wait()
    return {"forced": forced, "unforced": hover_times(window, watch.wait)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:3])))
