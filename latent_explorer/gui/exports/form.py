"""The choices of the export dialog, laid out as a form."""

from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QWidget

from latent_explorer.export import Format, find_format, formats_of
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.rows import ROWS, Row, one_of
from latent_explorer.gui.exports.subjects import Subject


class ChoiceForm(QWidget):
    """A format chooser, and below it the rows that the chosen format heeds. changed: anything was chosen anew."""

    changed = pyqtSignal()

    def __init__(self, subject: Subject, choices: Choices) -> None:
        super().__init__()
        self._subject, self._choices = subject, choices
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.rows: dict[str, Row] = {}
        formats = formats_of(subject.kind)
        self._add("format", "&Format", "The format of the file", one_of({each.key: each.title for each in formats}))
        self.rows["format"].editor.setEnabled(len(formats) > 1)
        heeded = {name for known in formats for name in self._heeded(known)}
        for name, (label, tip, make) in ROWS.items():
            if name in heeded:
                self._add(name, label, tip, make())
        self._show_heeded()

    @property
    def choices(self) -> Choices:
        """What is chosen now."""
        return replace(self._choices, **{name: row.get() for name, row in self.rows.items()})

    @property
    def known(self) -> Format:
        """The format that is chosen."""
        return find_format(self._subject.kind, self.choices.format)

    def _heeded(self, known: Format) -> tuple[str, ...]:
        return "format", *known.heeds, *self._subject.heeds(known)

    def _add(self, name: str, label: str, tip: str, row: Row) -> None:
        self.rows[name] = row
        row.put(getattr(self._choices, name))
        row.changed.connect(self._change)
        row.editor.setToolTip(tip)
        self._layout.addRow(label, row.editor)
        if label:
            row.editor.setAccessibleName(label.replace("&", ""))

    def _change(self) -> None:
        self._show_heeded()
        self.changed.emit()

    def _show_heeded(self) -> None:
        heeded = self._heeded(self.known)
        for name, row in self.rows.items():
            self._layout.setRowVisible(row.editor, name in heeded)
        for name, words in self._subject.hints(self.choices).items():
            if name in self.rows:
                self.rows[name].hint(words)
