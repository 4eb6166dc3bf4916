"""The film of the deep zoom: from the whole map into the space between two digits, and back, in the real window."""

from pathlib import Path

import numpy as np
from PyQt6.QtCore import QPoint, QPointF

from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.export import Options, write_gif

DEPTH = 1000.0
_STEPS_IN, _STEPS_OUT, _REST = 36, 12, 8  # frames
_FRAME_MS = 80
_SIZE, _FILM_WIDTH = (1100, 780), 440
_CLASSES = (4, 5)  # between which it leads


def film_deep_zoom(path: Path, model: str | None = None) -> int:
    """Write the GIF; returns in how many of its frames tiles of the view were still to come."""
    with person_at_a_window(model, _SIZE) as person:
        person.wait_for_the_engine()
        for dock in person.window.workbench.docks.by_title.values():
            dock.hide()
        person.window.resize(*_SIZE)
        person.wait(0.3)
        person.wait_for_the_engine()
        film, unready = [], 0
        at = _between_two_classes(person)
        for factor in _factors():
            person.canvas.zoom(factor, QPointF(at) - person.canvas.origin)
            person.move(at)
            person.wait(_FRAME_MS / 1000)
            unready += person.window.pane.feed.missing > 0
            film.append(person.photograph(person.canvas, _FILM_WIDTH))
    write_gif(path, np.stack(film), Options(seconds=_FRAME_MS / 1000), overwrite=True)
    return unready


def _factors() -> list[float]:
    """How much closer each frame is than the one before."""
    rest = [1.0] * _REST
    return [*rest, *[DEPTH ** (1 / _STEPS_IN)] * _STEPS_IN, *rest, *[DEPTH ** (-1 / _STEPS_OUT)] * _STEPS_OUT]


def _between_two_classes(person: Person) -> QPoint:
    """Half way from the middle of one class to that of another."""
    bundle = person.bundle
    assert bundle.latents.label is not None
    one, other = (np.median(bundle.uv[bundle.latents.label == label], axis=0) for label in _CLASSES)
    u, v = ((one + other) / 2).tolist()
    return person.point(u, v)
