"""A combo box for a source of images: a dataset or set by name, or a file or folder."""

from collections.abc import Iterable

from PyQt6.QtCore import Qt, pyqtSignal

from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.plan import DATASETS
from latent_explorer.runs.settings import Option
from latent_explorer.safe_text import safe_text

DATASETS_BY_NAME = tuple(Option(name, name) for name in DATASETS)
_ARRAYS = "Datasets (*.npz *.npy *.zip);;All files (*)"
_FILE, _FOLDER = "A file…", "A folder…"


class ImageSource(Choice):
    """Lists sources of images; the last two entries ask for a path.

    chosen: the source that the user has chosen, or that `choose` was called with.
    """

    chosen = pyqtSignal(str)

    def __init__(self, named: Iterable[Option], tip: str, title: str, files: str = _ARRAYS) -> None:
        """named: as in `offer`. title, files: the title of the file chooser and the kinds of file it offers."""
        super().__init__()
        self.setToolTip(tooltip(tip))
        self.setAccessibleName(tip)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._title, self._files = title, files
        self._named: dict[str, Option] = {}
        self._opened: dict[str, Option] = {}  # files and folders that were chosen
        self._shown = ""
        self.activated.connect(self._activate)
        self.offer(named)

    @property
    def source(self) -> str:
        """The source shown; empty for none, and on the entries that ask for a path."""
        return self.currentData() or ""

    def name_of(self, source: str) -> str:
        """The name a source is offered by; empty if it is not offered."""
        return self._named[source].label if source in self._named else ""

    def offer(self, named: Iterable[Option]) -> None:
        """List these sources; the value of each is the source, or empty for none. The one shown is kept regardless."""
        offered = {option.value: option for option in named}
        if self._shown in self._named and self._shown not in offered:
            self._opened[self._shown] = self._named[self._shown]
        self._named = offered
        self._list()

    def show_source(self, source: str, name: str = "") -> None:
        """Show a source as chosen; empty for the first. name: of one that is not offered, by default its file name."""
        if source and source not in self._named and (name or source not in self._opened):
            file = source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source
            self._opened[source] = Option(source, name or file, source)
        self._shown = source
        self._list()

    def choose(self, source: str) -> None:
        """Choose a source, as the user does."""
        self.show_source(source)
        self.chosen.emit(source)

    def _list(self) -> None:
        self.clear()
        for option in {**self._named, **self._opened}.values():
            self.addItem(safe_text(option.label), option.value)
            self.setItemData(self.count() - 1, tooltip(option.sentence), Qt.ItemDataRole.ToolTipRole)
        self.insertSeparator(self.count())
        self.addItems([_FILE, _FOLDER])
        self.setCurrentIndex(max(0, self.findData(self._shown)))

    def _activate(self, row: int) -> None:
        source, text = self.itemData(row), self.itemText(row)
        if source is None:
            self._list()  # shows the current source until a path is chosen
            ask_path(self.window() or self, self._title, "", self.choose, self._files if text == _FILE else "")
        else:
            self.choose(source)
