"""The selection: made with the tool or by class, shown on the map and in its panel, grown, inverted."""

from functools import cache

import numpy as np
from PyQt6.QtCore import QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QCursor, QGuiApplication, QPainter, QPen, QPixmap

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.average import want_average
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.nearest import want_nearest
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.panels.selection import SelectionPanel
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.points.inside import inside
from latent_explorer.service.codec import Refused
from latent_explorer.session import How, Selection, Session

_STEP = 3.0  # pixels between the corners of a lasso


def how_to_select(modifiers: Qt.KeyboardModifier) -> How:
    """How to combine with the current selection: Shift adds, Alt (or Ctrl, where Alt moves windows) subtracts."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    subtracts = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
    return "subtract" if modifiers & subtracts else "instead"


@cache
def _cursor_with(sign: str) -> QCursor:
    """A cross cursor with a plus or a minus sign."""
    picture = QPixmap(32, 32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    for colour, width in (("#ffffff", 4), ("#101418", 1.6)):
        painter.setPen(QPen(QColor(colour), width))
        for line in ((11, 2, 11, 20), (2, 11, 20, 11), (20, 25, 28, 25), (24, 21, 24, 29))[: 4 if sign == "+" else 3]:
            painter.drawLine(*line)
    painter.end()
    return QCursor(picture, 11, 11)


class SelectTool(Tool):
    """Selects the points inside an outline; a click clears the selection, unless it would add or subtract.

    lasso: whether the outline follows the pointer; otherwise it is a rectangle.
    """

    def __init__(self, selecting: "Selecting") -> None:
        self._selecting = selecting
        self.lasso = False
        self._trail: list[QPointF] = []

    @property
    def cursor(self) -> Qt.CursorShape | QCursor:
        how = how_to_select(QGuiApplication.keyboardModifiers())
        return Qt.CursorShape.CrossCursor if how == "instead" else _cursor_with("+" if how == "add" else "-")

    def begin(self, at: QPointF) -> None:
        self._trail = [at]

    def drag(self, at: QPointF) -> None:
        if self._trail and (at - self._trail[-1]).manhattanLength() >= _STEP:
            self._trail.append(at)
        self._selecting.show_outline(self._outline(at))

    def drop(self, at: QPointF) -> None:
        outline = self._outline(at)
        self.cancel()
        if outline:
            self._selecting.select_inside(outline)

    def click(self, at: QPointF) -> None:
        if how_to_select(QGuiApplication.keyboardModifiers()) == "instead":
            self._selecting.clear()

    def cancel(self) -> None:
        self._trail = []
        self._selecting.show_outline([])

    @property
    def busy(self) -> bool:
        return bool(self._trail)

    def _outline(self, at: QPointF) -> list[QPointF]:
        if not self._trail or self.lasso:
            return [*self._trail, at] if self._trail else []
        start = self._trail[0]
        return [start, QPointF(at.x(), start.y()), at, QPointF(start.x(), at.y())]


class Selecting(QObject):
    """Connects the session's selection to a pane's map and panel.

    raise_wanted: the title of a panel to raise, and whether to show it if it is hidden.
    """

    raise_wanted = pyqtSignal(str, bool)

    def __init__(
        self, client: EngineClient, canvas: MapCanvas, points: PointLayer, panel: SelectionPanel, shared: Shared
    ) -> None:
        super().__init__(panel)
        self._client, self._canvas, self._points = client, canvas, points
        self._panel, self._shared = panel, shared
        self._session: Session | None = None
        self._reason = ""  # the reason why there is no mean image
        self.tool = SelectTool(self)
        panel.invert_wanted.connect(self.invert)
        panel.grow_wanted.connect(self.grow)
        panel.clear_wanted.connect(self.clear)

    # -- the tool

    def take_up(self) -> None:
        """Make the tool current; if it is, switch between rectangle and lasso."""
        self.tool.lasso = self._canvas.tool is self.tool and not self.tool.lasso
        self._canvas.take_tool(self.tool)
        self._canvas.setFocus()
        shape, other = ("a lasso", "a rectangle") if self.tool.lasso else ("a rectangle", "a lasso")
        self._shared.say(f"Select: drag {shape} around points; Shift adds, Alt subtracts. S again for {other}.")

    def show_outline(self, corners: list[QPointF]) -> None:
        canvas = self._canvas
        outline = np.array([canvas.view.to_plane(at.x(), at.y()) for at in corners]) if corners else None
        if outline is not None or canvas.marks.outline is not None:
            canvas.mark(outline=outline)

    def select_inside(self, corners: list[QPointF]) -> None:
        """Select the visible points inside an outline; held keys combine it with the current selection."""
        session = self._session
        if session is None:
            return
        if self._points.sorting:
            self._shared.say("The points are still being sorted; try again in a moment.")
            return
        polygon = np.array([self._canvas.view.to_plane(at.x(), at.y()) for at in corners], np.float64)
        chosen = inside(self._points.index, polygon)
        if session.state.hidden:
            chosen &= session.shown
        session.select(chosen, how_to_select(QGuiApplication.keyboardModifiers()))

    # -- commands

    def select_class(self, label: int, how: How = "instead") -> None:
        session = self._session
        if session is not None and session.bundle.latents.label is not None:
            session.select(session.bundle.latents.label == label, how)

    def invert(self) -> None:
        if self._session is not None:
            self._session.invert_selection()

    def clear(self) -> None:
        if self._session is not None:
            self._session.select(None)

    def escape(self) -> None:
        """Cancel the outline being drawn; if there is none, clear the selection."""
        canvas = self._canvas
        if canvas.tool is not None and (canvas.tool.busy or canvas.marks.draft is not None):
            canvas.tool.cancel()
        else:
            self.clear()

    def grow(self) -> None:
        """Add the visible images that are among the nearest, in latent space, of a selected one."""
        session, selection = self._session, self._selection
        if session is not None and selection is not None:
            near = want_nearest(selection, np.compress(selection.chosen, session.bundle.latents.mean, axis=0))
            self._client.request("grow", [near])
            self._shared.say(f"Finding the nearest images of {selection.count:,}…")

    def take_nearest(self, answer: Answer) -> None:
        """Add the nearest images; drops those of an earlier selection."""
        session, before = self._session, self._selection
        if session is None or answer.content is None or before is None or answer.key is not before:
            return
        grown = before.chosen.copy()
        grown[answer.content.ravel()] = True
        grown = before.chosen | grown & session.shown
        more = np.count_nonzero(grown) - before.count
        if more:
            session.select(grown)
        self._shared.say(f"Selected {more:,} more" if more else "All nearest images that are shown are selected.")

    # -- what is shown

    def open(self, session: Session) -> None:
        self._session = session
        self.show(None)

    def show(self, selection: Selection | None) -> None:
        self._points.select(None if selection is None else selection.chosen)
        self._canvas.refresh()
        if self._session is not None:
            self._panel.show_selection(self._session.bundle, selection)
        self._client.request("grow", [])  # withdraw the search for the previous selection
        self.ask()

    def bring_forward(self, selection: Selection | None) -> None:
        """Raise the panel when there is a selection, otherwise the inspector in the same dock."""
        self.raise_wanted.emit("Inspector" if selection is None else "Selection", selection is not None)

    def ask(self) -> None:
        """Request the mean of the selected images; withdraws requests for an earlier selection."""
        selection = self._selection
        wants = [] if selection is None else [want_average(selection, selection.chosen)]
        self._client.request("selection", wants)

    def take(self, answer: Answer) -> None:
        """Show the mean image, the picture decoded at the mean latent, or the reason for a refusal."""
        selection, mean = self._selection, self._panel.mean
        if selection is None or mean is None or answer.key not in (selection, (selection, "decoded")):
            return
        if answer.pictures is None and answer.key is selection and isinstance(answer.reply, Refused):
            self._reason = answer.reply.reason
            if self._session is not None and not self._session.bundle.config.decodes:
                self._panel.show_no_mean(self._reason)
                return
            self._client.request("selection", [want_pictures((selection, "decoded"), mean[None])])
        elif answer.pictures is not None and answer.key is selection:
            self._panel.show_mean(to_qimage(answer.pictures[0]))
        elif answer.pictures is not None:
            self._panel.show_mean(to_qimage(answer.pictures[0]), self._reason)

    @property
    def _selection(self) -> Selection | None:
        return None if self._session is None else self._session.state.selection
