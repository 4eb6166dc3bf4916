"""The tour: hover, pin, path, play and export with real mouse and key events, with pictures of each step.

Also the film of the deep zoom: from the whole map into the space between two digits and back, in the real window.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtWidgets import QApplication, QDialog

from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.export import Options, write_gif, write_picture
from latent_explorer.files import write_bytes_whole
from latent_explorer.version import __version__

DEPTH = 1000.0
_STEPS_IN, _STEPS_OUT, _REST = 36, 12, 8  # frames of the zoom
_FRAME_MS, _SIZE, _ZOOM_WIDTH = 80, (1100, 780), 440
_BETWEEN = (4, 5)  # the classes between which the zoom leads
_FILM_EVERY = 4  # steps of 1/60 s per frame of the GIF
_FILM_WIDTH = 900
_CLASSES = 5  # classes that the tour visits


class Tour:
    """A walk through the program. seen: the state of the screen at each stop."""

    def __init__(self, person: Person, out: Path) -> None:
        self.person, self.window, self.out = person, person.window, out
        self.seen: list[dict[str, Any]] = []
        self._film: list[NDArray[np.uint8]] = []
        self._steps = 0

    def walk(self) -> None:
        """Visit all stops in order."""
        self.person.wait_for_the_engine()
        for stop in (self._hover, self._pin, self._draw_path, self._play, self._zoom, self._export, self._light):
            stop()
        write_gif(self.out / "drag.gif", np.stack(self._film), Options(seconds=_FILM_EVERY / 60), overwrite=True)

    def _hover(self) -> None:
        self.person.glide(self._class_place(0), self._class_place(1), 0.8, self._shoot)
        self._rest()
        self._stop("hover", "The picture under the pointer, the nearest images, and how far the data are")

    def _pin(self) -> None:
        for label in (2, 3):
            self.person.click(self._class_place(label))
        self.person.wait_until(lambda: self.window.pane.pins.list.count() == 2)
        self.person.wait(0.3)
        self._stop("pin", "Two pinned places")

    def _draw_path(self) -> None:
        start, end = self._class_place(3), self._class_place(0)
        self.person.key(Qt.Key.Key_D)
        self.person.glide(self._class_place(1), start, 0.5, self._shoot)
        self.person.drag(start, end, 1.2, self._shoot)
        self.person.wait_until(lambda: len(self.window.pane.filmstrip.frames) > 0)
        self.person.move(end)
        self._rest()
        self._stop("path", "The pictures between two digits")

    def _play(self) -> None:
        self.person.key(Qt.Key.Key_K)
        started = self.window.pane.filmstrip.index
        for _ in range(240):
            self.person.wait(1 / 60)
            self._shoot()
        self._stop("play", "The path, playing; the marker moves along it")
        self.person.key(Qt.Key.Key_K)
        self.seen[-1]["frames_moved"] = self.window.pane.filmstrip.index != started
        self.person.key(Qt.Key.Key_P)

    def _zoom(self) -> None:
        at = self._class_place(1)
        for _ in range(9):
            self.person.wheel(at, 1)
            self.person.wait(0.05)
        self.person.move(at)
        self.person.wait_for_the_engine()
        self._rest()
        self._stop("zoom", "Nearer: new pictures between the ones before")
        self.person.key(Qt.Key.Key_F)
        self.person.wait_for_the_engine()

    def _export(self) -> None:
        self.person.shortcut("Ctrl+Shift+E")
        self.person.wait_until(lambda: self.window.workbench.exporter.dialog is not None)
        dialog = self.window.workbench.exporter.dialog
        assert dialog is not None
        self.person.wait_until(lambda: bool(dialog.caption.text()))
        self.person.type_over(dialog.destination.folder, "~/Pictures")  # for the picture, instead of a real path
        self.person.type_over(dialog.destination.name, "path")
        self.person.wait_until(lambda: bool(dialog.preview.film.images))
        self.person.wait(0.6)
        self._stop("export", "How the filmstrip is exported", dialog)
        self.person.type_over(dialog.destination.folder, str(self.out.absolute()))
        path = dialog.destination.path(dialog.form.known)
        path.unlink(missing_ok=True)  # from an earlier tour
        self.person.press_button(dialog.footer.export)
        self.person.wait_until(path.exists)
        self.person.wait_until(lambda: not dialog.isVisible())
        self.seen[-1]["file"] = path.name

    def _light(self) -> None:
        self.window.workbench.choose_theme("light")
        self.window.workbench.status.say("")
        self.person.glide(self._class_place(1), self._class_place(4), 0.3)
        self._rest()
        self._stop("light", "The light theme")
        self.window.workbench.choose_theme("dark")

    # -- parts

    def _class_place(self, label: int) -> QPoint:
        """The position of a class on the canvas: its point nearest to its median.

        If there are fewer classes than the tour visits, vertical strips of the data replace them; with hardly any data,
        positions in a row across the middle of the canvas.
        """
        bundle, counts = self.person.bundle, self.person.bundle.class_counts
        if len(np.unique(bundle.uv.round(6), axis=0)) < _CLASSES:
            middle = self.person.surface.rect().center()
            return middle + QPoint((label - _CLASSES // 2) * self.person.surface.width() // (2 * _CLASSES), 0)
        if bundle.latents.label is not None and counts[:_CLASSES].all() and len(counts) >= _CLASSES:
            own = bundle.uv[bundle.latents.label == label]
        else:
            own = np.array_split(bundle.uv[np.argsort(bundle.uv[:, 0])], _CLASSES)[label]
        u, v = own[np.square(own - np.median(own, axis=0)).sum(1).argmin()].tolist()
        return self.person.point(u, v)

    def _rest(self) -> None:
        """Wait until the place is described."""
        self.person.wait_until(lambda: self.window.pane.prober.place is not None, 10, strict=False)
        self.person.wait_for_the_engine()
        self.person.wait(0.3)  # for the line about work in progress

    def _stop(self, name: str, caption: str, what: QDialog | None = None) -> None:
        path = self.out / f"{len(self.seen) + 1:02d}-{name}.png"
        write_picture(path, self.person.photograph(what), overwrite=True)
        self.seen.append({"picture": path.name, "caption": caption, **self._state()})

    def _state(self) -> dict[str, Any]:
        """The state of the screen in plain values."""
        window, probe, place = self.window, self.window.pane.prober.probe, self.window.pane.prober.place
        assert window.pane.session is not None
        return {
            "probe": None if probe is None else [round(float(value), 4) for value in probe.z],
            "picture_mean": None if probe is None or probe.picture is None else round(float(probe.picture.mean()), 3),
            "word": None if place is None else place.word,
            "pins": [pin.name for pin in window.pane.session.state.pins],
            "frames": len(window.pane.filmstrip.frames),
            "frame": window.pane.filmstrip.index,
            "tiles_to_come": window.pane.feed.missing,
        }

    def _shoot(self) -> None:
        """Take a frame of the film every few steps."""
        self._steps += 1
        if self._steps % _FILM_EVERY:
            return
        self._film.append(self.person.photograph(width=_FILM_WIDTH))


def tour(out: Path, model: str | None = None) -> dict[str, Any]:
    """Drive the real window through the tour; writes pictures, a GIF and tour.json to the folder `out`.

    Returns the contents of tour.json. Raises UserError if the window does not show what it should.
    """
    out.mkdir(parents=True, exist_ok=True)
    with person_at_a_window(model) as person:
        walk = Tour(person, out)
        walk.walk()
        report = {
            "version": __version__,
            "model": person.bundle.name,
            "platform": QApplication.platformName(),
            "film": "drag.gif",
            "stops": walk.seen,
        }
    write_bytes_whole(out / "tour.json", json.dumps(report, indent=2).encode(), overwrite=True)
    return report


def film_deep_zoom(path: Path, model: str | None = None) -> int:
    """Write the GIF; returns the number of frames with missing tiles."""
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
            film.append(person.photograph(person.canvas, _ZOOM_WIDTH))
    write_gif(path, np.stack(film), Options(seconds=_FRAME_MS / 1000), overwrite=True)
    return unready


def _factors() -> list[float]:
    """The zoom factor of each frame."""
    rest = [1.0] * _REST
    return [*rest, *[DEPTH ** (1 / _STEPS_IN)] * _STEPS_IN, *rest, *[DEPTH ** (-1 / _STEPS_OUT)] * _STEPS_OUT]


def _between_two_classes(person: Person) -> QPoint:
    """The midpoint between the centres of two classes."""
    bundle = person.bundle
    assert bundle.latents.label is not None
    one, other = (np.median(bundle.uv[bundle.latents.label == label], axis=0) for label in _BETWEEN)
    u, v = ((one + other) / 2).tolist()
    return person.point(u, v)
