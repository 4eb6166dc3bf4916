"""What a layer is: its words, what it needs, how it paints, and what it says about a place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QImage, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.linked import NO_LINK, Linked
from latent_explorer.gui.theme import Theme
from latent_explorer.session import OpenBundle


@dataclass(frozen=True)
class LayerSpec:
    """A layer's entry: its words, of which menu, panel and help are made, and what makes it.

    name: in settings and files. sentence: what it shows, for a student. make: makes the layer of a spec; None for those
    that every pane makes by itself. key: its shortcut. shown, opacity: at first; None where there is no opacity to
    choose. needs_labels: whether the data have to have classes.
    needs_link: whether it shows what a linked map puts on this one.
    """

    name: str
    title: str
    sentence: str
    make: "Callable[[LayerSpec], Layer] | None" = None
    key: str = ""
    shown: bool = True
    opacity: float | None = None
    needs_labels: bool = False
    needs_link: bool = False


@dataclass(frozen=True, eq=False)
class Scale:
    """What the colours of a layer mean. colours: ARGB uint32 (1, n), from left to right.

    words: under the left end, the middle and the right end.
    """

    title: str
    unit: str
    colours: NDArray[np.uint32]
    words: tuple[str, str, str]


@contextmanager
def painter_on(image: QImage, clip: QRect | None = None) -> Iterator[QPainter]:
    """A painter for one layer alone, ended whatever happens: none leaves a brush, a font or a clip to the next."""
    painter = QPainter(image)
    if clip is not None:
        painter.setClipRect(clip)
    try:
        yield painter
    finally:
        if painter.isActive():
            painter.end()


class Layer:
    """One thing that the map shows. A subclass paints; all else may stay as it is.

    visible, opacity: as a person has chosen. bundle, hidden, theme: what is open, the classes that are not shown, the
    colours to use; None before anything is open. linked: what a linked map puts on this one.
    """

    bundle: OpenBundle | None = None
    hidden: frozenset[int] = frozenset()
    theme: Theme | None = None
    linked: Linked | None = None

    def __init__(self, spec: LayerSpec) -> None:
        self.spec, self.visible = spec, spec.shown
        self.opacity = 1.0 if spec.opacity is None else spec.opacity

    def lacks(self, bundle: OpenBundle) -> str:
        """What a bundle lacks for it, in words; empty where nothing is missing."""
        if self.spec.needs_labels and bundle.latents.label is None:
            return "this dataset has no labels"
        if not self.spec.needs_link:
            return ""
        return NO_LINK if self.linked is None else self.linked.lacks

    def usual(self, bundle: OpenBundle) -> tuple[bool, float]:
        """Whether it is shown of a bundle, and its opacity, as long as a person has not chosen."""
        return self.spec.shown, 1.0 if self.spec.opacity is None else self.spec.opacity

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        """The bundle, its chart, the classes that are hidden or the theme have changed."""
        self.bundle, self.hidden, self.theme = bundle, hidden, theme

    @property
    def painted(self) -> bool:
        """Whether there is something to see."""
        return self.visible and self.bundle is not None and not self.lacks(self.bundle)

    def prepare(self, view: View, ratio: float) -> None:
        """Do what takes long before `paint`. ratio: device pixels to the logical pixel."""

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw it over the layers before it, in pixels of the view; the painter is its own, and left as it likes."""

    def line(self, view: View, uv: tuple[float, float]) -> str:
        """What it is at a plane point, in a few words, for the inspector; empty where there is nothing to say."""
        return ""

    @property
    def scale(self) -> Scale | None:
        """What its colours mean; None where they need no scale."""
        return None

    def notice(self, view: View) -> str:
        """What the status bar says when a person shows or hides it; empty for nothing."""
        return ""
