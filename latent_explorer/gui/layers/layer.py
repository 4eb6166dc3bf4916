"""The base class of layers: texts, requirements, painting, and the value at a place."""

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
    """A layer's entry: its texts, for menu, panel and help, and its factory.

    name: in settings and files. sentence: an explanation for students. make: creates the layer from a spec; None for
    layers that every pane creates itself. key: its shortcut. shown, opacity: the defaults; opacity is None if it cannot
    be changed. needs_labels: whether it needs classes. needs_link: whether it shows a linked map.
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
    """The colour scale of a layer. colours: ARGB uint32 (1, n), from left to right.

    words: the labels of the left end, the centre and the right end.
    """

    title: str
    unit: str
    colours: NDArray[np.uint32]
    words: tuple[str, str, str]


@contextmanager
def painter_on(image: QImage, clip: QRect | None = None) -> Iterator[QPainter]:
    """A context with a painter for one layer, so that brush, font and clip do not affect the next layer."""
    painter = QPainter(image)
    if clip is not None:
        painter.setClipRect(clip)
    try:
        yield painter
    finally:
        if painter.isActive():
            painter.end()


class Layer:
    """A layer of the map. Subclasses override `paint`; everything else is optional.

    visible, opacity: as chosen by the user. bundle, hidden, theme: the open bundle, the hidden classes, the colours;
    None before a bundle is open. linked: the contents of a linked map.
    """

    bundle: OpenBundle | None = None
    hidden: frozenset[int] = frozenset()
    theme: Theme | None = None
    linked: Linked | None = None

    def __init__(self, spec: LayerSpec) -> None:
        self.spec, self.visible = spec, spec.shown
        self.opacity = 1.0 if spec.opacity is None else spec.opacity

    def lacks(self, bundle: OpenBundle) -> str:
        """What a bundle lacks for it, as text; empty for nothing."""
        if self.spec.needs_labels and bundle.latents.label is None:
            return "this dataset has no labels"
        if not self.spec.needs_link:
            return ""
        return NO_LINK if self.linked is None else self.linked.lacks

    def usual(self, bundle: OpenBundle) -> tuple[bool, float]:
        """The default visibility and opacity for a bundle."""
        return self.spec.shown, 1.0 if self.spec.opacity is None else self.spec.opacity

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        """Called when the bundle, its chart, the hidden classes or the theme have changed."""
        self.bundle, self.hidden, self.theme = bundle, hidden, theme

    @property
    def painted(self) -> bool:
        """Whether it has something to paint."""
        return self.visible and self.bundle is not None and not self.lacks(self.bundle)

    def prepare(self, view: View, ratio: float) -> None:
        """Do slow work before `paint`. ratio: device pixels per logical pixel."""

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Paint over the layers below, in pixels of the view. The painter need not be restored."""

    def line(self, view: View, uv: tuple[float, float]) -> str:
        """The value at a plane point as text for the inspector; empty for none."""
        return ""

    @property
    def scale(self) -> Scale | None:
        """Its colour scale; None if it needs none."""
        return None

    def notice(self, view: View) -> str:
        """The message when the user shows or hides it; empty for none."""
        return ""
