"""Labels to and from files, asked for with a file chooser."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.engine.handlers.learn_labels import LabelsLearned
from latent_explorer.errors import UserError
from latent_explorer.export.labels_file import LABEL_SUFFIXES, LabelRow, read_labels, write_labels
from latent_explorer.gui.widgets.parts import ask_path, open_chooser
from latent_explorer.session.labels import Labels

_KINDS = f"Labels ({' '.join(f'*{suffix}' for suffix in LABEL_SUFFIXES)})"
Trade = Callable[[], tuple[Labels, LabelsLearned | None, int]]


class LabelTrading:
    """Writes labels, and reads them again.

    parent: whom the choosers belong to. given: the labels, what was learned, how many images there are. put: takes
    labels that were read. say: takes what came of it.
    """

    def __init__(
        self, parent: QWidget, given: Trade, put: Callable[[Labels], None], say: Callable[[str], None]
    ) -> None:
        self._parent, self._given, self._put, self._say = parent, given, put, say

    def ask_where(self) -> None:
        """Ask for a file to write to."""
        chooser = QFileDialog(self._parent, "Export labels", str(Path.home() / "labels.csv"), _KINDS)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        open_chooser(chooser, lambda chosen: self.write(Path(chosen), overwrite=True))

    def ask_for_labels(self) -> None:
        """Ask for a file to read."""
        ask_path(self._parent, "Import labels", str(Path.home()), lambda chosen: self.read(Path(chosen)), _KINDS)

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the labels given by hand, and the class that each other image is taken for."""
        labels, learned, _ = self._given()
        rows = [LabelRow(image, labels.names[label], True) for image, label in labels.of]
        if learned is not None:
            by_hand = {image for image, _ in labels.of}
            rows += [
                LabelRow(image, labels.names[label], False)
                for image, label in enumerate(learned.classes.tolist())
                if image not in by_hand
            ]
        self._try(lambda: write_labels(path, rows, overwrite=overwrite))
        if path.exists():
            self._say(f"Wrote {len(labels.of):,} labels given by hand and {len(rows) - len(labels.of):,} learned ones.")

    def read(self, path: Path) -> None:
        """Add the labels in a file that were given by hand; classes that are new are added too."""
        self._try(lambda: self._read(path))

    def _read(self, path: Path) -> None:
        labels, _, count = self._given()
        rows = [row for row in read_labels(path) if row.by_hand]
        if far := [row.image for row in rows if row.image >= count]:
            raise UserError(f"{path.name}: there is no image {far[0]:,}; expected 0 to {count - 1:,}")
        for name in dict.fromkeys(row.name for row in rows):
            labels = labels if name in labels.names else labels.with_class(name)
        for number, name in enumerate(labels.names):
            labels = labels.put([row.image for row in rows if row.name == name], number)
        self._put(labels)
        self._say(f"Read {len(rows):,} labels.")

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except UserError as error:
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
