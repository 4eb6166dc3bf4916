"""A choice of images: a dataset or a set by name, or a file or folder that is asked for."""

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal

from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.plan import DATASETS
from latent_explorer.safe_text import safe_text

_FILE, _FOLDER = "A file…", "A folder…"


class ImageSource(Choice):
    """Shows sources of images, and asks for a path behind the last two entries. chosen: the source a person chose."""

    chosen = pyqtSignal(str)

    def __init__(self, tip: str, title: str, files: str, nothing: str = "") -> None:
        """Of all datasets. title: of the chooser. files: which kinds it offers. nothing: first entry, for no source."""
        super().__init__()
        self.setToolTip(tooltip(tip))
        self.setAccessibleName(tip)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._title, self._files, self._first = title, files, {"": nothing} if nothing else {}
        self._named: dict[str, str] = {}
        self._opened: dict[str, str] = {}  # files and folders that were chosen, and what they are called
        self._shown = ""
        self.activated.connect(self._activate)
        self.offer({name: name for name in DATASETS})

    @property
    def source(self) -> str:
        """What the box shows; empty for nothing, and on the entries that ask for a path."""
        source = list(self._entries)[self.currentIndex()]
        return "" if source in (_FILE, _FOLDER) else source

    def name_of(self, source: str) -> str:
        """What a source that is offered by name is called; empty where it is none."""
        return self._named.get(source, "")

    def offer(self, named: Mapping[str, str]) -> None:
        """List these by name: what they are called, by source. What is shown stays, even where it is not among them."""
        if self._shown in self._named and self._shown not in named:
            self._opened[self._shown] = self._named[self._shown]
        self._named = dict(named)
        self._list()

    def show_source(self, source: str, name: str = "") -> None:
        """Show a source as the chosen one, empty for nothing or the first. name: of one that is not listed by name."""
        if source and source not in self._named:
            known = self._opened.get(source) or source.replace("\\", "/").rstrip("/").rpartition("/")[2]
            self._opened[source] = name or known
        self._shown = source
        self._list()

    @property
    def _entries(self) -> dict[str, str]:
        return {**self._first, **self._named, **self._opened, _FILE: _FILE, _FOLDER: _FOLDER}

    def _list(self) -> None:
        entries = self._entries
        self.clear()
        self.addItems([safe_text(name) for name in entries.values()])
        self.setCurrentIndex(list(entries).index(self._shown) if self._shown in entries else 0)

    def _activate(self, row: int) -> None:
        source = list(self._entries)[row]
        if source in (_FILE, _FOLDER):
            self._list()  # until one is chosen
            ask_path(self.window() or self, self._title, "", self.choose, self._files if source == _FILE else "")
        else:
            self.choose(source)

    def choose(self, source: str) -> None:
        """Choose a source, as a person does."""
        self.show_source(source)
        self.chosen.emit(source)
