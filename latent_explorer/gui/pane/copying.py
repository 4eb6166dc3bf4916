"""Copies the picture and the coordinates of a place to the clipboard."""

import math

from PyQt6.QtCore import QMimeData, Qt
from PyQt6.QtGui import QGuiApplication, QImage

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.prober import Probe, Prober
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.session.coordinates import LEAST

_LARGE = 512  # pixels: the least width and height of an enlarged picture
_NOTHING = "Nothing to copy yet: move over the map, or click a place."
_NEVER = "There is no picture to copy: this model has no decoder."
_NOT_YET = "The picture is still being decoded; try again in a moment."


class Copying:
    """Copies the place that the inspector shows."""

    def __init__(self, canvas: MapCanvas, prober: Prober, shared: Shared) -> None:
        self._canvas, self._prober, self._shared = canvas, prober, shared

    def copy_place(self) -> None:
        """Copy the picture and the coordinates; the receiving program uses either."""
        probe = self._prober.probe
        picture = None if probe is None else self._picture(probe)
        if probe is not None:
            self._put(picture, self._text(probe), "the picture and its coordinates" if picture else "the coordinates")
        else:
            self._shared.say(_NOTHING)

    def copy_picture(self, enlarged: bool = False) -> None:
        """Copy the picture at its own size, or enlarged by a whole factor with square pixels."""
        probe = self._prober.probe
        picture = None if probe is None else self._picture(probe)
        if picture is None:
            self._shared.say(_NOTHING if probe is None else _NOT_YET if probe.number else _NEVER)
            return
        if enlarged:
            factor = math.ceil(_LARGE / max(picture.width(), picture.height()))
            ignore, fast = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
            picture = picture.scaled(picture.width() * factor, picture.height() * factor, ignore, fast)
        self._put(picture, "", f"the picture, {picture.width()}×{picture.height()} pixels")

    def copy_coordinates(self) -> None:
        """Copy the latent in the form that the inspector accepts."""
        probe = self._prober.probe
        if probe is None:
            self._shared.say(_NOTHING)
        else:
            self._put(None, self._prober.text(probe.z), f"the coordinates {self._prober.text(probe.z)}")

    def copy_map_coordinates(self) -> None:
        """Copy the place on the map."""
        probe = self._prober.probe
        if probe is None:
            self._shared.say(_NOTHING)
        else:
            self._put(None, self._on_map(probe), f"the place on the map, {self._on_map(probe)}")

    def _picture(self, probe: Probe) -> QImage | None:
        return None if probe.picture is None else to_qimage(probe.picture)

    def _text(self, probe: Probe) -> str:
        return f"latent {self._prober.text(probe.z)}\nmap {self._on_map(probe)}"

    def _on_map(self, probe: Probe) -> str:
        decimals = max(LEAST, math.ceil(math.log10(self._canvas.view.scale)))
        return ", ".join(f"{value:.{decimals}f}" for value in probe.uv)

    def _put(self, picture: QImage | None, text: str, what: str) -> None:
        clipboard, content = QGuiApplication.clipboard(), QMimeData()
        if picture is not None:
            content.setImageData(picture)
        if text:
            content.setText(text)
        assert clipboard is not None
        clipboard.setMimeData(content)
        self._shared.say(f"Copied {what}.")
