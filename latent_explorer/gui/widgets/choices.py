"""Combo boxes in which entries that a model does not support are disabled, with the reason as tooltip."""

from collections.abc import Mapping
from typing import Protocol

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QComboBox

from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.plain import tooltip

_NARROWEST, _LETTERS = 84, 8  # pixels; visible letters of a title, if there is room
_TIP = Qt.ItemDataRole.ToolTipRole
_SENTENCE = Qt.ItemDataRole.UserRole + 1


class Named(Protocol):
    """An entry: a curve, an easing, a colouring of points."""

    @property
    def title(self) -> str: ...
    @property
    def sentence(self) -> str: ...


def box_of(known: Mapping[str, Named], tip: str, none: str = "", before: str = "") -> QComboBox:
    """A combo box of named entries. none: the text of an empty entry. before: a prefix of each title."""
    box = Choice()
    box.setToolTip(tooltip(tip))
    box.setAccessibleName(tip)
    box.setMinimumWidth(_NARROWEST)  # the current text is elided before the list
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(len(before) + _LETTERS)
    if none:
        box.addItem(none, "")
    for name, each in known.items():
        box.addItem(f"{before}{each.title.lower() if before else each.title}", name)
        box.setItemData(box.count() - 1, each.sentence, _SENTENCE)
        box.setItemData(box.count() - 1, tooltip(each.sentence), _TIP)
    return box


def offer(box: QComboBox, lacking: Mapping[str, str]) -> None:
    """Enable the entries that lack nothing; disable the others, with what is lacking as tooltip."""
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    for index in range(box.count()):
        reason, item = lacking.get(box.itemData(index), ""), model.item(index)
        sentence = box.itemData(index, _SENTENCE) or ""
        if item is not None:
            item.setEnabled(not reason)
            item.setToolTip(tooltip(f"{sentence}\nNot available: {reason}." if reason else sentence))


def is_offered(box: QComboBox, index: int) -> bool:
    """Whether an entry is enabled."""
    model = box.model()
    item = model.item(index) if isinstance(model, QStandardItemModel) else None
    return item is not None and item.isEnabled()
