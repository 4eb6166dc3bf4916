"""Baseline: a simple explorer with pyqtgraph and torch in one process, run as a separate process.

It works like a typical first script: torch imported at the top, points in a pyqtgraph ScatterPlotItem, and the picture
decoded with eager torch in the mouse handler. `python -m … FOLDER launch`, or `python -m … FOLDER hover MOVES`.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph
import torch
from PyQt6.QtCore import QEvent, QObject, QPointF
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.measure import use_a_display
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.errors import UserError
from latent_explorer.runtime.loading import load_bundle_model

_WARM_UP = 10
_PATIENCE = 60.0  # seconds


class PlainExplorer(pyqtgraph.GraphicsLayoutWidget):  # type: ignore[misc]
    """A scatter plot on the left, the decoded picture on the right."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = read_config(folder)
        latents = read_latents(folder, config)
        self.model = load_bundle_model(folder, config)
        self.plot = self.addPlot()
        self.plot.setAspectLocked(True)
        labels = latents.label if latents.label is not None else np.zeros(len(latents), np.int64)
        brushes = [pyqtgraph.mkBrush(pyqtgraph.intColor(label, 10)) for label in range(int(labels.max()) + 1)]
        points = pyqtgraph.ScatterPlotItem(size=3, pen=None, pxMode=True)
        points.setData(pos=latents.mean[:, :2], brush=[brushes[label] for label in labels])
        self.plot.addItem(points)
        self.picture = SeenImage(axisOrder="row-major")
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


class SeenImage(pyqtgraph.ImageItem):  # type: ignore[misc]
    """An image item that records whether it was painted since `seen` was reset."""

    seen = False

    def paint(self, *rest: Any) -> None:
        super().paint(*rest)
        self.seen = True


class PaintWatch(QObject):
    """Records when a widget is first painted."""

    seen = False

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        self.seen |= event is not None and event.type() == QEvent.Type.Paint
        return False


def wait_for(what: SeenImage | PaintWatch) -> None:
    """Process events until something is painted. Raises UserError if it is not."""
    deadline = time.perf_counter() + _PATIENCE
    while not what.seen:
        if time.perf_counter() > deadline:
            raise UserError(f"the plain program painted nothing within {_PATIENCE:.0f} seconds")
        QApplication.processEvents()


def hover_times(window: PlainExplorer, moves: int, *, forced: bool) -> list[float]:
    """Milliseconds from each move until its picture is painted.

    forced: repaint the whole viewport after each move; otherwise Qt repaints what has changed.
    """
    times = []
    for step in range(moves + _WARM_UP):
        t = step / 30
        at = QPointF(
            window.width() * (0.25 + 0.2 * math.sin(1.3 * t)), window.height() * (0.5 + 0.4 * math.sin(1.7 * t))
        )
        window.picture.seen = False
        started = time.perf_counter()
        send_mouse(window.viewport(), at)
        if forced:
            window.viewport().repaint()
        wait_for(window.picture)
        times.append(1000 * (time.perf_counter() - started))
        QApplication.processEvents()
    return times[_WARM_UP:]


def main(folder: str, what: str, moves: str = "0") -> dict[str, float | list[float]]:
    """Show the window; returns the times of its first paint and first picture, or the milliseconds of hovers."""
    use_a_display()
    pyqtgraph.setConfigOptions(imageAxisOrder="row-major", mouseRateLimit=-1)  # or moves are dropped
    app = QApplication(sys.argv[:1])
    window, watch = PlainExplorer(Path(folder)), PaintWatch()
    window.viewport().installEventFilter(watch)
    window.show()
    wait_for(watch)
    app.processEvents()
    painted = time.time()
    if what == "launch":
        send_mouse(window.viewport(), QPointF(window.width() / 4, window.height() / 2))
        wait_for(window.picture)
        return {"first_paint": painted, "first_exact_hover": time.time()}
    return {name: hover_times(window, int(moves), forced=name == "forced") for name in ("unforced", "forced")}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
