"""Anchors on two linked maps: their marks, the pair under the pointer, and the tool that changes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, pyqtBoundSignal, pyqtSignal
from PyQt6.QtGui import QKeyEvent

from latent_explorer.gui.alignment.anchor_errors import error_words, errors_of, grades_of, standing_out
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.marks import AnchorItems, AnchorMarks, Tied
from latent_explorer.gui.alignment.tool import CLICK_REACH, NAME, AnchorGestures, AnchorTool
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry
from latent_explorer.session.alignment import Anchor

_DELETE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_WANTED_BY = "tie"


@dataclass(frozen=True)
class _Pointed:
    """What is under the pointer: an anchor by index, or the images of a new pair; None for none."""

    images: tuple[int | None, int | None] = (None, None)
    index: int | None = None


class Anchoring(QObject):
    """Shows the anchors of a link and lets the maps' tools change them.

    pointed: the index of the anchor under the pointer on either map, or None.
    """

    pointed = pyqtSignal(object)

    def __init__(self, link: Link, say: Callable[[str], None]) -> None:
        super().__init__()
        self.link = link
        self._panes: tuple[MapPane, MapPane] = (link.source, link.target)
        self.items = AnchorItems(link.source.canvas), AnchorItems(link.target.canvas)
        self.gestures = AnchorGestures(link, self.items, say)
        self._pointer: tuple[int, float, float] | None = None  # the side and the plane point
        self._listed: int | None = None  # the anchor under the pointer in the list
        self._told: int | None = None
        self._connections = list(self._connect())
        for side, pane in enumerate(self._panes):
            pane.tools[NAME] = AnchorTool(self.gestures, side)
            pane.canvas.installEventFilter(self)
            pane.menus.more.append(self._offers[side])
        self.show()

    @property
    def errors(self) -> NDArray[np.float64]:
        """The leave-one-out error of each shown anchor (k,), as in `errors_of`; NaN if unknown."""
        return errors_in(self.link, self.gestures.anchors)

    def show(self) -> None:
        """Show the anchors."""
        if any(pane.bundle is None for pane in self._panes):
            return
        anchors, errors = self.gestures.anchors, self.errors
        grades, doubtful = grades_of(errors), standing_out(errors)
        chosen = frozenset(index for index in self.gestures.chosen if index < len(anchors))
        for side, items in enumerate(self.items):
            items.show(AnchorMarks(self._places(side, anchors), grades, doubtful, chosen))
        self._tie()

    def point_at(self, index: int | None) -> None:
        """Highlight the anchor under the pointer in the list."""
        self._listed = index
        self._tie()

    def bring(self, index: int) -> None:
        """Choose an anchor and bring it into view on both maps."""
        self.gestures.choose(index)
        for side, pane in enumerate(self._panes):
            (u, v), view = self.items[side].marks.uv[index].tolist(), pane.canvas.view
            x, y = view.to_screen_point((u, v))
            if not (0 <= x < view.width and 0 <= y < view.height):
                pane.canvas.centre(u, v)

    def take_tool(self) -> None:
        """Make the tool current on both maps."""
        for pane in self._panes:
            pane.canvas.take_tool(pane.tools[NAME])

    def close(self) -> None:
        """Remove marks and tools."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        for side, pane in enumerate(self._panes):
            held = pane.canvas.tool is pane.tools.pop(NAME)
            if held:
                pane.canvas.take_tool(pane.tools["Probe"])
            pane.canvas.removeEventFilter(self)
            pane.menus.more.remove(self._offers[side])
            pane.images.want(_WANTED_BY, ())
            self.items[side].close()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Let Delete remove the chosen anchor, or the one under the pointer."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress or event.key() not in _DELETE:
            return False
        under = self._told
        if under is not None:
            self.gestures.delete(under)
        elif self.gestures.chosen and any(pane.canvas.tool is pane.tools[NAME] for pane in self._panes):
            self.gestures.delete()
        else:
            return False
        return True

    # -- changes

    def _connect(self) -> Iterator[tuple[pyqtBoundSignal, Callable[..., None]]]:
        """Connect signals; yields the connections for disconnecting."""
        self._offers = tuple(partial(self._entries, side) for side in (0, 1))
        link = self.link
        pairs: list[tuple[pyqtBoundSignal, Callable[..., None]]] = []
        pairs += [(link.changed, self._follow), (link.began, self._follow), (link.fitted, self.show)]
        for side, pane in enumerate(self._panes):
            pairs += [
                (pane.changed, self.show),
                (pane.charting.laid_out, self._show_moved),
                (pane.charting.moved, self._show_moved),
                (pane.images.came, self._tie),
                (pane.canvas.hovered, partial(self._hover, side)),
                (pane.canvas.left, partial(self._leave, side)),
                (pane.canvas.tool_taken, partial(self._tool_taken, side)),
            ]
        self.gestures.changed.connect(self.show)
        for signal, slot in pairs:
            signal.connect(slot)
            yield signal, slot

    def _follow(self) -> None:
        self.gestures.follow()
        self.show()

    def _show_moved(self, _: object) -> None:
        self.show()

    def _hover(self, side: int, u: float, v: float) -> None:
        self._pointer, self._listed = (side, u, v), None
        self._tie()

    def _leave(self, side: int) -> None:
        if self._pointer is not None and self._pointer[0] == side:
            self._pointer = None
            self._tie()

    def _tool_taken(self, side: int, tool: Tool) -> None:
        """Make the tool current on both maps or on neither, as a pair spans both."""
        pane, other = self._panes[side], self._panes[1 - side]
        ours = tool is pane.tools.get(NAME)
        if ours and not pane.points.visible:
            pane.layer_panel.toggle("Points")  # the tool needs visible points
        if ours != (other.canvas.tool is other.tools.get(NAME)):
            other.canvas.take_tool(other.tools[NAME if ours else "Probe"])

    # -- display

    def _places(self, side: int, anchors: tuple[Anchor, ...]) -> NDArray[np.float64]:
        """The places (k, 2) of the anchors on a side's map; a dragged one is at the pointer or at the image there."""
        bundle, dragged = self._panes[side].bundle, self.gestures.dragged
        assert bundle is not None
        images = np.array([anchor[side] for anchor in anchors], np.int64)
        uv = bundle.uv[np.minimum(images, len(bundle.uv) - 1)].astype(np.float64).reshape(-1, 2)
        if dragged is not None and dragged.side == side and dragged.image is None:
            uv[dragged.index] = dragged.uv
        return uv

    def _pointed(self) -> _Pointed:
        gestures, anchors = self.gestures, self.gestures.anchors
        index = self._listed if gestures.dragged is None else gestures.dragged.index
        if index is None and self._pointer is not None and gestures.half is None:
            side, u, v = self._pointer
            index = self.items[side].at(QPointF(*self._panes[side].canvas.view.to_screen_point((u, v))))
        if index is not None and index < len(anchors):
            return _Pointed(anchors[index], index)
        return self._candidate()

    def _candidate(self) -> _Pointed:
        """The pair that a click would make, or the half that exists."""
        images: list[int | None] = [None, None]
        if self.gestures.half is not None:
            images[self.gestures.half[0]] = self.gestures.half[1]
        if self._pointer is not None:
            side, u, v = self._pointer
            pane = self._panes[side]
            if pane.canvas.tool is pane.tools[NAME] and images[side] is None:
                at = QPointF(*pane.canvas.view.to_screen_point((u, v)))
                images[side] = self.gestures.image_at(side, at, CLICK_REACH)
                here, lone = images[side], images[1 - side] is None
                if here is not None and lone and self.gestures.half is None:
                    images[1 - side] = self.gestures.partner(side, here)
        return _Pointed((images[0], images[1]))

    def _tie(self) -> None:
        pointed = self._pointed()
        for side, image in enumerate(pointed.images):
            self._panes[side].images.want(_WANTED_BY, () if image is None else (image,))
            self.items[side].tie(() if image is None else (self._tied(side, image, pointed.index),))
        if pointed.index != self._told:
            self._told = pointed.index
            self.pointed.emit(pointed.index)

    def _tied(self, side: int, image: int, index: int | None) -> Tied:
        pane = self._panes[side]
        assert pane.bundle is not None
        u, v = pane.bundle.uv[min(image, len(pane.bundle.uv) - 1)].tolist()
        tied = Tied((u, v), f"Image {image}", pane.images.image(image), draft=index is None)
        if index is None:
            return tied
        marks = self.items[side].marks
        (u, v), error = marks.uv[index].tolist(), float(self.errors[index])
        words = f"Anchor {index + 1}\nImage {image}\nError {error_words(error)}"
        return replace(tied, uv=(u, v), words=words, grade=int(marks.grades[index]))

    # -- the menu of a map

    def _entries(self, side: int, at: QPointF) -> Iterator[Entry]:
        """Entries of the context menu at a pixel of a side's map."""
        index, image = self.items[side].at(at), self.gestures.image_at(side, at)
        if index is not None:
            yield Command(f"Delete anchor {index + 1}", partial(self.gestures.delete, index), tip="Delete")
            u, v = self.items[1 - side].marks.uv[index].tolist()
            other = self._panes[1 - side].canvas
            yield Command("Show its partner", partial(other.centre, u, v), tip="In the middle of the other map")
            yield SEPARATOR
        elif image is not None:
            alone = self.gestures.partner(side, image) is None
            words = f"Pair image {image} with one in the other map" if alone else f"Make image {image} an anchor"
            yield Command(words, partial(self._anchor, side, image))
            yield SEPARATOR

    def _anchor(self, side: int, image: int) -> None:
        if self.gestures.partner(side, image) is None:
            self.take_tool()
        self.gestures.anchor_image(side, image)


def errors_in(link: Link, anchors: tuple[Anchor, ...]) -> NDArray[np.float64]:
    """The error of each anchor (k,) in the fit of a link, as in `errors_of`; NaN if unknown.

    While an anchor is being moved, errors of the previous fit with as many anchors are used by number.
    """
    fit = link.fit
    if fit is None or fit.leave_one_out.size != 2 * len(fit.anchors):
        return np.full(len(anchors), np.nan)
    known = errors_of(np.asarray(fit.leave_one_out, np.float64))
    if len(anchors) == len(fit.anchors):
        return known
    errors = dict(zip(fit.anchors, known.tolist(), strict=True))
    return np.array([errors.get(anchor, np.nan) for anchor in anchors], np.float64)
