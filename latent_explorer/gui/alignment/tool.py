"""The tool that makes, moves and chooses anchors; both linked maps share one gesture."""

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QCursor

from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.marks import AnchorItems
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.session.alignment import Anchor

NAME = "Anchor"
CLICK_REACH, _DRAG_REACH = 14.0, 30.0  # pixels within which a click or drag selects an image


@dataclass(frozen=True)
class Dragged:
    """An anchor being dragged on one side. uv: the place of the pointer. image: near it; None for none."""

    index: int
    side: int
    uv: tuple[float, float]
    image: int | None


class AnchorGestures(QObject):
    """The state of gestures on the anchors of a link. Positions are pixels of a side's map.

    half: the side and image of an incomplete pair. dragged: the anchor being moved. chosen: indices of anchors.
    changed: one of these has changed.
    """

    changed = pyqtSignal()

    def __init__(self, link: Link, items: tuple[AnchorItems, AnchorItems], say: Callable[[str], None]) -> None:
        super().__init__()
        self._link, self._items, self._say = link, items, say
        self.half: tuple[int, int] | None = None
        self.dragged: Dragged | None = None
        self.chosen: frozenset[int] = frozenset()
        self._grabbed: tuple[int, int] | None = None  # the side and index of the pressed anchor
        self._previewed: tuple[Anchor, ...] | None = None
        self._anchors = link.alignment.state.anchors
        self._same_of, self._same = link.counterparts, (link.counterparts_of(0), link.counterparts_of(1))

    @property
    def busy(self) -> bool:
        """Whether Esc would cancel something."""
        return self.half is not None or self.dragged is not None

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The anchors, with a dragged one where it would be dropped."""
        anchors = self._link.alignment.state.anchors
        if self.dragged is None or self.dragged.image is None or self.dragged.index >= len(anchors):
            return anchors
        index = self.dragged.index
        return (*anchors[:index], self._moved(self.dragged, self.dragged.image), *anchors[index + 1 :])

    def image_at(self, side: int, at: QPointF, reach: float = CLICK_REACH) -> int | None:
        """The number of the image near a pixel of a side's map."""
        pane = self._link.pane(side)
        return pane.points.nearest_image(pane.canvas.view, at.x(), at.y(), reach)

    def partner(self, side: int, image: int) -> int | None:
        """The number of the same image on the other side; None if there is none."""
        if self._same_of is not self._link.counterparts:
            self._same_of = self._link.counterparts
            self._same = self._link.counterparts_of(0), self._link.counterparts_of(1)
        other = int(self._same[side][image]) if image < len(self._same[side]) else -1
        return other if other >= 0 else None

    def choose(self, *indices: int) -> None:
        """Choose these anchors only."""
        if frozenset(indices) != self.chosen:
            self.chosen = frozenset(indices)
            self.changed.emit()

    def follow(self) -> None:
        """Update the chosen indices after a change of the anchors."""
        before, now = self._anchors, self._link.alignment.state.anchors
        self._anchors = now
        if len(before) != len(now):
            index = {anchor: number for number, anchor in enumerate(now)}
            pairs = (before[number] for number in self.chosen if number < len(before))
            self.chosen = frozenset(index[pair] for pair in pairs if pair in index)

    def click(self, side: int, at: QPointF) -> None:
        """Choose the anchor at a pixel, or make one, or half of one, from the image near it."""
        index, image = self._items[side].at(at), self.image_at(side, at)
        if index is not None and self.half is None:
            self.choose(index)
        elif image is None:
            self._say("There is no image near: click a point.")
        elif self.half is None and (other := self.partner(side, image)) is not None:
            self._add(*((other, image) if side else (image, other)))
        elif self.half is None or self.half[0] == side:
            self.begin_pair(side, image)
        else:
            other = self.half[1]
            if self._add(*((other, image) if side else (image, other))):
                self.half = None
        self.changed.emit()

    def begin_pair(self, side: int, image: int) -> None:
        """Begin a pair with an image on one side."""
        self.half = side, image
        there = "left" if side else "right"
        self._say(f"Now click the image in the {there} map that means the same; Esc cancels.")
        self.changed.emit()

    def anchor_image(self, side: int, image: int) -> None:
        """Make an anchor of an image; if the other map does not have it, begin a pair."""
        other = self.partner(side, image)
        if other is None:
            self.begin_pair(side, image)
        else:
            self._add(*((other, image) if side else (image, other)))

    def press(self, side: int, at: QPointF) -> None:
        """Called when the button is pressed: an anchor there can be dragged."""
        index = None if self.half is not None else self._items[side].at(at)
        self._grabbed = None if index is None else (side, index)

    def drag(self, at: QPointF) -> None:
        """Move the pressed anchor to the image near a pixel, and fit the translator on the result."""
        if self._grabbed is None or self._grabbed[1] >= len(self._link.alignment.state.anchors):
            return
        side, index = self._grabbed
        image = self._free(side, index, self.image_at(side, at, _DRAG_REACH))
        self.dragged = Dragged(index, side, self._link.pane(side).canvas.view.to_plane(at.x(), at.y()), image)
        anchors, state = self.anchors, self._link.alignment.state
        if image is not None and anchors != (self._previewed or state.anchors) and not state.growth:
            self._previewed = anchors  # growing pairs takes too long during a drag
            self._link.preview(anchors)
        self.changed.emit()

    def drop(self, at: QPointF) -> None:
        """Drop the anchor on an image; without one, it returns to its place."""
        self.drag(at)
        dragged, self._grabbed = self.dragged, None
        if dragged is None:
            return
        if dragged.image is None:
            self._say("There is no free image near: the anchor stays where it was.")
            self.cancel()
            return
        self.dragged = self._previewed = None
        self.chosen = frozenset((dragged.index,))
        self._link.alignment.move(dragged.index, *self._moved(dragged, dragged.image))
        self.changed.emit()

    def cancel(self) -> None:
        """Cancel a drag and an incomplete pair."""
        again = self._previewed is not None
        busy, self.half, self.dragged, self._grabbed, self._previewed = self.busy, None, None, None, None
        if again:
            self._link.renew()
        if busy:
            self.changed.emit()

    def delete(self, *indices: int) -> None:
        """Delete these anchors, by default the chosen ones."""
        gone = frozenset(indices) or self.chosen
        if gone and self.dragged is None:
            self._link.alignment.delete(gone)
            self._say("1 anchor was deleted." if len(gone) == 1 else f"{len(gone)} anchors were deleted.")

    def _add(self, source: int, target: int) -> bool:
        try:
            self._link.alignment.add(source, target)
        except UserError as error:
            self._say(_sentence(error))
            return False
        self.choose(len(self._link.alignment.state.anchors) - 1)
        return True

    def _moved(self, dragged: Dragged, image: int) -> Anchor:
        source, target = self._link.alignment.state.anchors[dragged.index]
        return (source, image) if dragged.side else (image, target)

    def _free(self, side: int, index: int, image: int | None) -> int | None:
        """The image, or None if another anchor uses it."""
        others = self._link.alignment.state.anchors
        taken = any(anchor[side] == image for number, anchor in enumerate(others) if number != index)
        return None if taken else image


class AnchorTool(Tool):
    """Makes an anchor by a click on an image, chooses one by a click on it, and moves one by a drag to an image."""

    def __init__(self, gestures: AnchorGestures, side: int) -> None:
        self._gestures, self._side = gestures, side

    @property
    def cursor(self) -> Qt.CursorShape | QCursor:
        return Qt.CursorShape.PointingHandCursor

    @property
    def busy(self) -> bool:
        return self._gestures.busy

    def begin(self, at: QPointF) -> None:
        self._gestures.press(self._side, at)

    def drag(self, at: QPointF) -> None:
        self._gestures.drag(at)

    def drop(self, at: QPointF) -> None:
        self._gestures.drop(at)

    def click(self, at: QPointF) -> None:
        self._gestures.click(self._side, at)

    def double_click(self, at: QPointF) -> bool:
        return True  # the first click made the anchor; ignore the second

    def cancel(self) -> None:
        self._gestures.cancel()


def _sentence(error: UserError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
