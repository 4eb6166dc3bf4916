"""Bundles as cards with picture, description and figures, in groups, filtered by a search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from PyQt6.QtCore import (
    QAbstractListModel,
    QBuffer,
    QByteArray,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PyQt6.QtGui import QHelpEvent, QImage, QImageReader, QPainter, QPainterPath, QPalette
from PyQt6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from latent_explorer.bundles.listing import BundleEntry, read_entry
from latent_explorer.gui.widgets.images import on_paper
from latent_explorer.gui.widgets.plain import help_with
from latent_explorer.safe_text import safe_text

Origin = Literal["shipped", "trained", "recent"]
GROUPS: dict[Origin, str] = {"trained": "Your models", "recent": "Recent", "shipped": "Included with the program"}
"""The origins of bundles, as groups of the list in order."""

_SIDE, _GAP, _HEADER = 88, 10, 30  # pixels: a card's picture, the gap around it, and a group's title
_LARGEST = 2**25  # maximum pixels of a preview
_SOURCE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, eq=False)
class Card:
    """A bundle of the list. entry: None until it is read. picture: square, at twice the size shown.

    paper: the inverted picture for the light theme, for greyscale images; None if it is the same.
    """

    folder: Path
    origin: Origin
    entry: BundleEntry | None = None
    picture: QImage | None = field(default=None, repr=False)
    paper: QImage | None = field(default=None, repr=False)

    @property
    def lines(self) -> tuple[str, str, str, str]:
        """Its name, description, figures, and size with date."""
        name, entry = safe_text(self.folder.name), self.entry
        if entry is None:
            return name, "Reading…", "", ""
        if entry.config is None:
            return name, "Cannot be opened", safe_text(entry.complaint.replace(f"{self.folder}/", ""), most=300), ""
        when = datetime.fromtimestamp(entry.modified)
        last = f"{size_words(entry.size)} · {when.day} {when:%B %Y}"
        return name, entry.about, entry.figures or "Not measured", last

    def matches(self, words: str) -> bool:
        return (self.entry or BundleEntry(self.folder)).matches(words)


def read_card(card: Card) -> Card:
    """The card with everything that is shown of its bundle; slow."""
    entry = read_entry(card.folder)
    picture = square_picture(entry.preview)
    grey = entry.config is not None and entry.config.net.image_shape[2] == 1
    return Card(card.folder, card.origin, entry, picture, on_paper(picture) if picture is not None and grey else None)


def size_words(count: int) -> str:
    """A number of bytes as text, rounded as in file managers."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def square_picture(png: bytes) -> QImage | None:
    """The upper square of a preview, which shows the map; None if it is not a picture, or too large."""
    if not png:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(png))
    reader = QImageReader(buffer, QByteArray(b"png"))
    width, height = reader.size().width(), reader.size().height()
    if not (width > 0 and height > 0 and width * height <= _LARGEST):
        return None
    whole, side = reader.read(), min(width, height)
    if whole.isNull():
        return None
    smooth, ignore = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.IgnoreAspectRatio
    return whole.copy((width - side) // 2, 0, side, side).scaled(2 * _SIDE, 2 * _SIDE, ignore, smooth)


class CardModel(QAbstractListModel):
    """A model of the cards that match a search, grouped under titles."""

    def __init__(self) -> None:
        super().__init__()
        self._cards: list[Card] = []
        self._words = ""
        self._rows: list[Card | str] = []

    @property
    def cards(self) -> list[Card]:
        """The visible cards."""
        return [row for row in self._rows if isinstance(row, Card)]

    def put(self, cards: Iterable[Card]) -> None:
        """Set the bundles."""
        self._cards = list(cards)
        self._arrange()

    def replace(self, card: Card) -> None:
        """Update a card."""
        self._cards = [card if each.folder == card.folder else each for each in self._cards]
        places = [place for place, row in enumerate(self._rows) if isinstance(row, Card) and row.folder == card.folder]
        if self._words or not places:  # whether it matches may have changed
            self._arrange()
            return
        self._rows[places[0]] = card
        self.dataChanged.emit(self.index(places[0]), self.index(places[0]))

    def search(self, words: str) -> None:
        self._words = words
        self._arrange()

    def row_of(self, folder: Path | None) -> int:
        """The row of a bundle; the first row if it is not shown; -1 if the list is empty."""
        rows = {row.folder: place for place, row in enumerate(self._rows) if isinstance(row, Card)}
        first = min(rows.values(), default=-1)
        return first if folder is None else rows.get(folder, first)

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = []
        for origin, title in GROUPS.items():
            found = [card for card in self._cards if card.origin == origin and card.matches(self._words)]
            self._rows += [title, *found] if found else []
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._rows)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        is_card = index.isValid() and isinstance(self._rows[index.row()], Card)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_card else Qt.ItemFlag.NoItemFlags

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == _SOURCE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row if isinstance(row, str) else ", ".join(filter(None, row.lines))
        return None


def card_at(index: QModelIndex) -> Card | None:
    """The card of a row; None for a title."""
    found = index.data(_SOURCE) if index.isValid() else None
    return found if isinstance(found, Card) else None


class CardPainter(QStyledItemDelegate):
    """Paints cards and titles with literal text."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(360, _SIDE + 2 * _GAP if card_at(index) is not None else _HEADER)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        assert painter is not None
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = card_at(index)
        if card is None:
            self._paint_title(painter, option, str(index.data()))
        else:
            self._paint_card(painter, option, card)
        painter.restore()

    def _paint_title(self, painter: QPainter, option: QStyleOptionViewItem, title: str) -> None:
        font = option.font
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        place = option.rect.adjusted(_GAP, 0, -_GAP, -5)
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, title)

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, card: Card) -> None:
        palette, whole = option.palette, QRectF(option.rect).adjusted(2, 2, -2, -2)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.setPen(palette.color(QPalette.ColorRole.Highlight if chosen else QPalette.ColorRole.Mid))
            painter.setBrush(palette.color(QPalette.ColorRole.Base))
            painter.drawRoundedRect(whole, 6, 6)
        self._paint_picture(painter, option, card)
        room = option.rect.adjusted(_SIDE + 2 * _GAP + 4, _GAP, -_GAP, -_GAP)
        self._paint_lines(painter, option, room, card.lines, broken=card.entry is not None and not card.entry.config)

    def _paint_picture(self, painter: QPainter, option: QStyleOptionViewItem, card: Card) -> None:
        place = QRectF(option.rect.left() + _GAP, option.rect.top() + _GAP, _SIDE, _SIDE)
        outline = QPainterPath()
        outline.addRoundedRect(place, 5, 5)
        painter.save()
        painter.setClipPath(outline)
        if card.picture is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Mid))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            light = option.palette.color(QPalette.ColorRole.Window).lightness() > 127
            painter.drawImage(place, card.paper if light and card.paper is not None else card.picture)
        painter.restore()

    def _paint_lines(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, lines: Sequence[str], *, broken: bool
    ) -> None:
        step = room.height() // len(lines)
        for place, line in enumerate(lines):
            font, role = option.font, QPalette.ColorRole.PlaceholderText if place else QPalette.ColorRole.Text
            font.setBold(place == 0)
            painter.setFont(font)
            painter.setPen(option.palette.color(QPalette.ColorRole.Text if place == 2 and not broken else role))
            where = QRect(room.left(), room.top() + place * step, room.width(), step)
            fitting = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideMiddle, where.width())
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitting)

    def helpEvent(
        self,
        event: QHelpEvent | None,
        view: QAbstractItemView | None,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> bool:
        """Show the full texts as tooltip."""
        card = card_at(index)
        lines = [] if card is None else [*filter(None, card.lines[1:]), safe_text(str(card.folder), most=400)]
        return help_with(event, view, "\n".join(lines))
