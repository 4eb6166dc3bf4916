"""The Few labels panel: classes, labels, results, the next image, files."""

from collections.abc import Callable

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPixmap
from PyQt6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
)

from latent_explorer.gui.studies.few_labels.curve import LabelCurve
from latent_explorer.gui.studies.few_labels.figures import PROBES, FigureTable
from latent_explorer.gui.studies.few_labels.transfer_view import TransferView
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.controls import combo_box, hint, tool_button
from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.parts import ScrolledColumn, filled, heading, words
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.safe_text import safe_text
from latent_explorer.session.labels import LONGEST_NAME, Labels

_LISTED = 200
_ICON, _PICTURE = 28, 64
_WHAT = "Label images: choose the tool and a class, then click points on the map. Two classes are enough to begin."
_STYLES = (
    "This model is told the class of an image, and its latents hold the style. Name styles, such as upright and "
    "slanted, and label images with them: take the tool, choose a style, click points on the map."
)


class LabelList(QListWidget):
    """The labelled images, the latest first. gone_to: a clicked image's number. erase_wanted: numbers, by Delete."""

    gone_to = pyqtSignal(int)
    erase_wanted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Labels")
        self.setToolTip(tooltip("Click to go to an image; Delete removes its label"))
        self.setFixedHeight(140)
        self.itemClicked.connect(lambda item: self.gone_to.emit(item.data(Qt.ItemDataRole.UserRole)))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.erase_wanted.emit([item.data(Qt.ItemDataRole.UserRole) for item in self.selectedItems()])
            return
        super().keyPressEvent(event)


class LabelPanel(ScrolledColumn):
    """The widgets of the panel. class_added, class_renamed: with a name; classes by number."""

    class_chosen = pyqtSignal(int)
    class_added = pyqtSignal(str)
    class_renamed = pyqtSignal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK
        self._what = hint(_WHAT)
        self.tool = tool_button("Label", "With this tool, a click on a point labels its image")
        self.erase = tool_button("Erase", "Clicks remove labels (E)")
        self.erase.setCheckable(True)
        self.next = tool_button("Next image (N)", "Show the image that is worth labelling most")
        self.classes = QListWidget()
        self.classes.setFixedHeight(116)
        self.classes.setAccessibleName("Classes")
        self.classes.setToolTip(tooltip("Click to choose the class that clicks give, double-click to rename it"))
        self.name = QLineEdit()
        self.name.setPlaceholderText("New class")
        self.name.setAccessibleName("Name of a new class")
        self.name.setMaxLength(LONGEST_NAME)
        self.add = tool_button("Add", "Add a class of this name", self._add)
        self.name.returnPressed.connect(self._add)
        self.selected = tool_button("Label the selected", "Give all selected images the chosen class", wide=True)
        self.picture, self.following = PlainLabel(""), words()
        self.picture.setFixedSize(_PICTURE, _PICTURE)
        self.list = LabelList()
        self.probe = combo_box(PROBES.values(), "What learns from the labels")
        self.colour = QCheckBox("Colour points by learned class")
        self.sentence, self.state, self.progress = words(), words("faint"), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(7)
        self._table = FigureTable()
        self.figures = self._table.cells
        self.curve, self.transfer = LabelCurve(), TransferView()
        self.read = tool_button("Import…", "Add the labels in a file: .csv, .json or .npy")
        self.write = tool_button("Export…", "Write the labels and, on request, what was learned about all other images")
        self.clear = tool_button("Clear", "Remove all labels; Ctrl+Z restores them")
        self.classes.itemClicked.connect(lambda item: self.class_chosen.emit(self.classes.row(item)))
        self.classes.currentRowChanged.connect(lambda row: self.class_chosen.emit(row) if row >= 0 else None)
        self.classes.itemChanged.connect(lambda item: self.class_renamed.emit(self.classes.row(item), item.text()))
        self._lay_out()

    def _lay_out(self) -> None:
        naming = filled(QHBoxLayout(), self.name, self.add)
        following = filled(QHBoxLayout(), self.picture, self.following)
        following.setStretchFactor(self.following, 1)
        files = filled(QHBoxLayout(), self.read, self.write, self.clear, 1)
        parts = (
            self._what, filled(QHBoxLayout(), self.tool, self.erase, self.next, 1), heading("Class to give"),
            self.classes, naming, self.selected, following, heading("What was learned"), self.probe, self.sentence,
            self._table, self.progress, self.state, self.curve, self.colour, heading("Labels"), self.list, files,
            self.transfer,
        )  # fmt: skip
        filled(QVBoxLayout(self), *parts, 1, spacing=6, margins=(9, 9, 9, 9))
        self.progress.hide()

    # -- display

    def show_labels(self, labels: Labels, chosen: int, erasing: bool, called: Callable[[int], str]) -> None:
        """Show the classes with counts, and the labels. called: returns a description of an image."""
        self.classes.blockSignals(True)
        self.classes.clear()
        for number, name in enumerate(labels.names):
            item = QListWidgetItem(_disc(self.theme.class_colour(number)), safe_text(name))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(tooltip(f"{labels.count(number):,} labelled"))
            self.classes.addItem(item)
        self.classes.setCurrentRow(chosen)
        self.classes.blockSignals(False)
        self.erase.setChecked(erasing)
        self.list.clear()
        for image, label in reversed(labels.of[-_LISTED:]):
            item = QListWidgetItem(f"{safe_text(labels.names[label])} · {called(image)}")
            item.setData(Qt.ItemDataRole.UserRole, image)
            item.setIcon(_disc(self.theme.class_colour(label)))
            self.list.addItem(item)
        for part in (self.clear, self.write):
            part.setEnabled(bool(labels.of))

    def show_what(self, *, styles: bool) -> None:
        """Explain what can be labelled. styles: only styles, without classes of the data."""
        self._what.setText(_STYLES if styles else _WHAT)
        self.transfer.setVisible(not styles)

    def show_following(self, sentence: str, image: QImage | None) -> None:
        """Show the suggested image with a sentence."""
        self.following.setText(sentence)
        self.picture.setVisible(image is not None)
        if image is not None:
            shown = displayed(image, light=is_light(self)).scaled(
                _PICTURE, _PICTURE, Qt.AspectRatioMode.KeepAspectRatio
            )
            self.picture.setPixmap(QPixmap.fromImage(shown))

    def show_figures(self, found: dict[tuple[str, str], str], *, measured: bool) -> None:
        """Show the accuracies by space and probe; hides the table if nothing is measured."""
        self._table.setVisible(measured)
        self._table.show_figures(found)

    def show_state(self, sentence: str, share: float | None) -> None:
        """Show work in progress with its progress."""
        self.state.setText(sentence)
        self.state.setVisible(bool(sentence))
        self.progress.setVisible(share is not None)
        self.progress.setValue(round(100 * (share or 0)))

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self.curve.dress(theme)

    def _add(self) -> None:
        if self.name.text().strip():
            self.class_added.emit(self.name.text())


def _disc(colour: QColor) -> QIcon:
    from PyQt6.QtGui import QPainter

    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(2, 2, 12, 12)
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)  # a tint could look like another class
    return icon
