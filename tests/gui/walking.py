"""Looks at widgets as those do who have no mouse, or see little or nothing: names, keys, the order of Tab, contrast."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QPalette
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QTabBar,
    QTableView,
    QWidget,
)
from pyqtgraph import PlotWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.vision import contrast

TEXT, MARK = 4.5, 3.0
"""The least contrast: of text, and of marks that tell something, such as where the keyboard is."""
_MOST = 40  # of the colours that a widget has, those that most pixels have
_FINE = 2  # device pixels to the pixel, or thin letters are never seen in full
_MOUSE = ("mousePressEvent", "mouseReleaseEvent", "mouseDoubleClickEvent")
_HAVE_KEYS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit)
_NOT_OF_A_PERSON = {"painted"}  # signals that tell something else than what a person has done
_WORD = re.compile(r"[^\W\d_]{2}")
KEYS_ELSEWHERE = {
    "Overview": "the map's own keys move the view: Ctrl and arrows, + and −, F",
    "ClickableLabel": "Help ▸ Graph of hover times",
    "CardPainter": "the list's own keys",
}
"""Classes that take the mouse alone, and which keys do the same."""


def complaints(root: QWidget) -> list[str]:
    """All that is wrong below a widget that is shown, in words; the order of Tab is another matter."""
    return [*nameless(root), *mouse_alone(root), *faint(root), *untold(root)]


def in_both_themes(person: Person, title: str, *roots: Callable[[], QWidget]) -> list[str]:
    """All that is wrong below widgets that are shown, in the light and in the dark; the order of Tab, once."""
    found = [f"{title}: {line}" for root in roots for line in out_of_order(root())]
    for theme in ("light", "dark"):
        person.window.workbench.choose_theme(theme)
        person.wait(0.03)
        found += [f"{title}, {theme}: {line}" for root in roots for line in complaints(root())]
    return found


# -- names


def seen(root: QWidget) -> Iterator[QWidget]:
    """The widgets below one, and itself, that are in sight and can be used."""
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible() and widget.isEnabled() and not widget.visibleRegion().isEmpty():
            yield widget


def takes_keys(root: QWidget) -> list[QWidget]:
    """Those that Tab or a click can give the keyboard to."""
    return [
        widget for widget in seen(root)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None and not _of_qt(widget)
    ]  # fmt: skip


def _of_qt(widget: QWidget) -> bool:
    """Parts of Qt's own widgets, which have the keyboard for the whole."""
    return widget.objectName().startswith("qt_") or isinstance(widget, QMenuBar | QMenu)


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it, as Qt finds it: its accessible name, else its text, else that of its label."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QLabel) and widget.text():
        return widget.text()
    if isinstance(widget, QAbstractButton):
        return widget.text().replace("&", "")
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QTabBar):
        return ", ".join(widget.tabText(tab) for tab in range(widget.count()))
    labels = widget.window().findChildren(QLabel)
    return next((label.text().replace("&", "") for label in labels if label.buddy() is widget), "")


def nameless(root: QWidget) -> list[str]:
    """Widgets that can have the keyboard, and buttons, without a name that is words."""
    buttons = [each for each in seen(root) if isinstance(each, QAbstractButton) and not _of_qt(each)]
    found = {id(each): each for each in (*takes_keys(root), *buttons) if not _is_empty(each)}
    return [f"{what(each)} has no name" for each in found.values() if not _WORD.search(name_of(each))]


def _is_empty(widget: QWidget) -> bool:
    return isinstance(widget, QLabel) and not widget.text()


def what(widget: QWidget) -> str:
    """A widget, so that one finds it."""
    parents, parent = [], widget.parentWidget()
    while parent is not None and len(parents) < 2:
        if type(parent).__module__.startswith("latent_explorer"):
            parents.append(type(parent).__name__)
        parent = parent.parentWidget()
    text = getattr(widget, "text", lambda: "")()
    called = widget.accessibleName() or text or widget.toolTip()
    return f"{type(widget).__name__} {called[:60]!r} in {' in '.join(parents) or 'the window'}"


def untold(root: QWidget) -> list[str]:
    """Plots whose values are not told in words."""
    found = []
    for plot in root.findChildren(PlotWidget):
        if not plot.isVisible() or plot.viewport().visibleRegion().isEmpty():  # its own is hidden by the viewport
            continue
        told = plot.accessibleDescription()
        curves = plot.plotItem.listDataItems()  # a map has none: it tells where the probe is
        drawn = any(_points_of(curve) > 2 for curve in curves)
        if curves and (not told or (drawn and not any(letter.isdigit() for letter in told))):
            found.append(f"{what(plot)} does not tell its values, but {told!r}")
    return found


def _points_of(curve: Any) -> int:
    across, _ = curve.getData()
    return 0 if across is None or not curve.isVisible() else len(across)


def without_words(menu: QMenu) -> list[str]:
    """Entries of a menu, and of those that it opens, that nobody can read, and menus with nothing in them."""
    entries = [action for action in menu.actions() if not action.isSeparator()]
    found = [] if entries else [f"the menu {menu.title()!r} has nothing in it"]
    for action in entries:
        if not _WORD.search(action.text()):
            found.append(f"an entry is called {action.text()!r}")
        if (inner := action.menu()) is not None:
            inner.aboutToShow.emit()
            found += [f"{action.text()} ▸ {line}" for line in without_words(inner)]
    return found


# -- keys


def mouse_alone(root: QWidget) -> list[str]:
    """Widgets of ours that do something with the mouse, and nothing with the keyboard, or never have it, or keep it."""
    tables = [each for each in takes_keys(root) if isinstance(each, QTableView) and each.tabKeyNavigation()]
    found = [f"{what(each)} keeps Tab for itself" for each in tables]
    for widget in seen(root):
        own = [each for each in type(widget).__mro__ if each.__module__.startswith(("latent_explorer", "tests"))]
        if not any(name in vars(each) for each in own for name in _MOUSE) or type(widget).__name__ in KEYS_ELSEWHERE:
            continue
        if not _heard(widget, own):
            continue
        keys = isinstance(widget, _HAVE_KEYS) or any("keyPressEvent" in vars(each) for each in own)
        proxy = widget.focusProxy() or widget
        if not keys:
            found.append(f"{what(widget)} takes the mouse, and no keys")
        elif not proxy.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(f"{what(widget)} takes keys, and Tab does not lead there")
    return found


def _heard(widget: QWidget, classes: list[type]) -> bool:
    """Whether anybody listens to what a widget tells: where nobody does, the mouse does nothing in it."""
    signals = [name for each in classes for name, value in vars(each).items() if isinstance(value, pyqtSignal)]
    told = [name for name in signals if name not in _NOT_OF_A_PERSON]
    return not told or any(widget.receivers(getattr(widget, name)) for name in told)


def stops(root: QWidget) -> list[QWidget]:
    """The widgets that Tab is to stop at."""
    tabbed = [each for each in takes_keys(root) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [each for each in tabbed if not (isinstance(each, QAbstractButton) and _left_out(each))]


def _left_out(button: QAbstractButton) -> bool:
    """Of buttons of which one is chosen, Tab stops at that one; arrows lead to the others."""
    group = button.group()
    alone = group is not None and group.exclusive() and group.checkedButton() not in (None, button)
    return alone or (button.autoExclusive() and not button.isChecked())


def chained(root: QWidget) -> list[QWidget]:
    """The stops below a widget, in the order in which Qt leads from one to the next."""
    wanted, window = stops(root), root.window()
    found, widget = [], window
    while (widget := widget.nextInFocusChain()) is not None and widget is not window:
        if widget in wanted:
            found.append(widget)
    return found


def walked(chain: list[QWidget]) -> list[QWidget]:
    """Where Tab really leads from the first of some stops, until it has been at all; also to what is scrolled away."""
    chain[0].setFocus(Qt.FocusReason.TabFocusReason)
    way: list[QWidget] = []
    while (now := QApplication.focusWidget()) is not None and now not in way:
        way.append(now)
        if set(chain) <= set(way):
            break
        QTest.keyClick(now, Qt.Key.Key_Tab)
    return way


def out_of_order(root: QWidget) -> list[str]:
    """What Tab does not reach, where it stays, and where it leads up or back instead of on."""
    wanted, chain = stops(root), chained(root)
    if not wanted:
        return []
    way = walked(chain) if chain else []
    found = [f"Tab does not reach {what(each)}" for each in wanted if each not in way]
    if found and way and QApplication.focusWidget() is way[-1]:
        found.append(f"Tab stays at {what(way[-1])}")
    for one, other in pairwise(chain):
        here, there = _place(one, root), _place(other, root)
        shared = min(here.bottom(), there.bottom()) - max(here.top(), there.top())
        beside = shared > min(here.height(), there.height()) / 2
        if there.bottom() <= here.top() or (beside and there.right() <= here.left()):
            found.append(f"Tab leads back from {what(one)} to {what(other)}")
    return found


def _place(widget: QWidget, root: QWidget) -> QRect:
    return QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())


# -- contrast


def picture_of(root: QWidget) -> NDArray[np.uint8]:
    """How a widget looks, uint8 (h, w, 3), twice as fine as on the screen."""
    image = QImage(root.size() * _FINE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_FINE)
    image.fill(root.palette().color(QPalette.ColorRole.Window))
    painter = QPainter(image)
    root.render(painter)
    painter.end()
    return to_array(image)[..., :3]


def faint(root: QWidget) -> list[str]:
    """Texts of labels and buttons that do not stand out enough, by their palettes, and as they are painted."""
    found, picture = [], None
    for widget in seen(root):
        if not isinstance(widget, QLabel | QAbstractButton) or not _WORD.search(widget.text()) or _of_qt(widget):
            continue
        told = TEXT if widget.styleSheet() else by_palette(widget)  # with a sheet of its own, see how it is painted
        if widget.visibleRegion().boundingRect() != widget.rect():
            continue  # it is scrolled out of sight, in part
        if told < TEXT:
            found.append(f"{what(widget)} has a contrast of {told:.2f} by its palette")
        picture = picture_of(root) if picture is None else picture
        if (painted := as_painted(widget, root, picture)) < TEXT:
            found.append(f"{what(widget)} has a contrast of {painted:.2f} as painted")
    return found


def by_palette(widget: QWidget) -> float:
    """The contrast of a widget's text with its ground, by the roles that it is painted with."""
    ink, below = widget.palette().color(widget.foregroundRole()), widget
    while (ground := below.palette().color(below.backgroundRole())).alpha() == 0 and below.parentWidget() is not None:
        below = below.parentWidget()
    return contrast(ink.name(), ground.name())


def as_painted(widget: QWidget, root: QWidget, picture: NDArray[np.uint8]) -> float:
    """The contrast of what stands out most in a widget with its ground, which is the colour most of it has."""
    place = _place(widget, root)
    left, top = max(place.left(), 0) * _FINE, max(place.top(), 0) * _FINE
    pixels = picture[top : (place.bottom() + 1) * _FINE, left : (place.right() + 1) * _FINE].reshape(-1, 3)
    if not len(pixels):
        return 21.0
    colours, counts = np.unique(packed(pixels), return_counts=True)
    ground = _hex(colours[counts.argmax()])
    usual = colours[np.argsort(counts)[-_MOST:]]
    return max(contrast(_hex(colour), ground) for colour in usual)


def packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Colours (..., 3) as numbers 0xrrggbb."""
    red, green, blue = np.moveaxis(pixels.astype(np.uint32), -1, 0)
    found: NDArray[np.uint32] = red << 16 | green << 8 | blue
    return found


def _hex(colour: int) -> str:
    return f"#{int(colour):06x}"


def focus_shown(widget: QWidget) -> float:
    """How much a widget that has the keyboard differs from one that has not: the most contrast of any pixel."""
    window, other = widget.window(), QWidget(widget.window())
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    pictures = []
    for who in (other, widget):
        who.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        pictures.append(_around(widget, window))
    other.deleteLater()
    high, wide = (min(sizes) for sizes in zip(*(picture.shape[:2] for picture in pictures), strict=True))
    before, after = (packed(picture[:high, :wide]) for picture in pictures)  # a form may be laid out meanwhile
    changed = before != after
    pairs = np.unique(before[changed].astype(np.uint64) << 32 | after[changed], return_counts=True)
    usual = pairs[0][np.argsort(pairs[1])[-_MOST:]].tolist()
    return max((contrast(_hex(pair >> 32), _hex(pair & 0xFFFFFF)) for pair in usual), default=1.0)


def _around(widget: QWidget, window: QWidget) -> NDArray[np.uint8]:
    place = _place(widget, window).adjusted(-3, -3, 3, 3)
    return to_array(window.grab(place).toImage())[..., :3]
