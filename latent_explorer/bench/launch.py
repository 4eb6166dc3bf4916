"""Timing the start of the window; a small module, as its import is part of the start."""

import json
import time

from PyQt6.QtCore import QPointF, QTimer

from latent_explorer.bench.hand import send_mouse
from latent_explorer.gui.app import Window


def tell_first_pictures(window: Window) -> None:
    """Print the times of the first paint of the map and of the first exact picture, then quit.

    The pointer rests on the centre of the map once that is painted. Prints one line of JSON: first_paint and
    first_exact_hover, in seconds since the epoch.
    """
    seen: dict[str, float] = {}

    def painted() -> None:
        if window.pane.session is not None and not seen:
            seen["first_paint"] = time.time()
            QTimer.singleShot(0, hover)

    def hover() -> None:
        window.pane.prober.on_exact = exact
        surface = window.pane.canvas.viewport()
        send_mouse(surface, QPointF(surface.rect().center()))

    def exact(_: object) -> None:
        window.pane.prober.on_exact = lambda _: None
        print(json.dumps({**seen, "first_exact_hover": time.time()}), flush=True)
        QTimer.singleShot(0, window.close)

    window.pane.canvas.painted.connect(painted)
