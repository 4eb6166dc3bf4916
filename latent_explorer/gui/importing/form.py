"""The import form: the model, what it needs besides, and errors beside each field."""

from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.image_source import ImageSource
from latent_explorer.gui.widgets.parts import ask_path, button, filled, words
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.importing.protocol import AUTOMATIC, ImportPlan, Recognised
from latent_explorer.runs.settings import Option, find_setting, name_problem
from latent_explorer.targets import expanded

_MODELS = "Models (*.onnx *.safetensors *.ckpt *.pt *.pth *.npy *.npz);;All files (*)"
_ARRAYS = "Arrays (*.npy *.npz);;All files (*)"
_ONNX = "ONNX models (*.onnx);;All files (*)"
_NONE = Option("", "None", "Without images there are no thumbnails, and nothing to encode.")
_RANGES = {
    AUTOMATIC: "Find out",
    "0,1": "0 to 1",
    "-1,1": "−1 to 1",
    "0,255": "0 to 255",
    "logits": "Logits",
}
_SENTENCES = {
    "model": "An ONNX decoder, a checkpoint, safetensors, a folder of diffusers, or latents as .npy or .npz.",
    "encoder": "The ONNX model that makes latents of images. Without one, give the latents.",
    "latents": "The latents of the images, in their order: an array of .npy or .npz.",
    "images": "The images that the model was trained on. They are encoded, and shown as thumbnails.",
    "side": "Stretches every image to a square of this many pixels, if the model takes another size.",
    "range": "The values of black and white in the model's pictures.",
    "name": "The name of the new model.",
}
_LABELS = {
    "model": "Model",
    "encoder": "Encoder",
    "latents": "Latents",
    "images": "Images",
    "side": "Image size",
    "range": "Value range",
    "name": "Name",
}
_OPTIONS = {"--value-range": "range", "--latents": "latents", "--images": "images", "--encoder": "encoder"}
"""The form's field by the option that an error message names."""


class PathLine(QWidget):
    """A line edit for a path with buttons to choose it. edited: the path has changed."""

    edited = pyqtSignal()

    def __init__(self, files: str, title: str, *, folders: bool = False) -> None:
        super().__init__()
        self._files, self._title = files, title
        self.line = QLineEdit()
        self.line.editingFinished.connect(self._finish)
        self._shown = ""
        parts = [self.line, button("File…", "Choose a file", self._browse)]
        if folders:
            parts.append(button("Folder…", "Choose a folder", self._browse_folders))
        filled(QHBoxLayout(self), *parts)

    @property
    def path(self) -> Path | None:
        text = self.line.text().strip()
        return expanded(text) if text else None

    def put(self, path: Path | str) -> None:
        """Set the path, as if the user had chosen it."""
        self.line.setText(str(path))
        self._finish()

    def _finish(self) -> None:
        if self.line.text() != self._shown:
            self._shown = self.line.text()
            self.edited.emit()

    def _browse(self) -> None:
        ask_path(self, self._title, self._start(), self.put, self._files)

    def _browse_folders(self) -> None:
        ask_path(self, self._title, self._start(), self.put)

    def _start(self) -> str:
        path = self.path
        return str(Path.home() if path is None else path.parent)


class ImportForm(QWidget):
    """Edits an import plan. model_chosen: the model has changed and must be inspected. changed: a field has changed.
    helped: help for the focused field.

    folder: for bundles. found: what was recognised of the model; None until known.
    """

    model_chosen = pyqtSignal()
    changed = pyqtSignal()
    helped = pyqtSignal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.found: Recognised | None = None
        self.model = PathLine(_MODELS, "Choose a model", folders=True)
        self.encoder, self.latents = PathLine(_ONNX, "Choose an encoder"), PathLine(_ARRAYS, "Choose latents")
        self.images = ImageSource((_NONE, *find_setting("source").choices), _SENTENCES["images"], "Choose images")
        self.side, self.range, self.name = Choice(), Choice(), QLineEdit()
        self.complaints: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._refused: dict[str, str] = {}
        self._lay_out()
        self._wire()
        self._show()

    @property
    def editors(self) -> dict[str, QWidget]:
        """The editors by field name."""
        return {name: getattr(self, name) for name in _LABELS}

    def plan(self, *, look: bool = False) -> ImportPlan:
        """The current plan. look: only for inspecting the model."""
        name = self.name.text().strip()
        return ImportPlan(
            model=None if self._pairs else self.model.path,
            decoder=self.model.path if self._pairs else None,
            encoder=self.encoder.path if self._pairs else None,
            latents=None if look else self.latents.path,
            images="" if look else self._source(),
            value_range=self.range.currentData(),
            name=name,
            folder=None if look else self._folder / name,
        )

    @property
    def heeded(self) -> set[str]:
        """The fields that apply to the recognised model."""
        found, names = self.found, {"model", "images", "name"}
        if found is None:
            return {"model"}
        onnx = "ONNX" in found.words
        names |= {"side"} if self.images.source else set()
        names |= {"encoder"} if onnx and not self._of_folder else set()
        names |= {"latents"} if found.decodes and not (found.encodes or self._pairs) else set()
        return names | ({"range"} if onnx and found.decodes else set())

    def problems(self) -> dict[str, str]:
        """Errors by field name, including earlier refusals of unchanged fields."""
        found, wrong = self.found, dict(self._refused)
        if found is None:
            return wrong or {"model": "Choose a model."}
        encodes = found.encodes or self._pairs
        if encodes and not self.images.source:
            wrong["images"] = "Choose the images that it encodes."
        if found.decodes and not encodes and self.latents.path is None:
            wrong["latents"] = "Choose the latents of the images, or an encoder above."
        if (complaint := name_problem(self.name.text().strip(), self._folder)) is not None:
            wrong["name"] = complaint
        return {name: text for name, text in wrong.items() if name in self.heeded}

    def recognise(self, found: Recognised | None, reason: str = "") -> None:
        """Take the result of inspecting the model, or why the model or its encoder cannot be imported."""
        of_encoder = bool(reason) and self._pairs and self.found is not None
        self._refused = {"encoder" if of_encoder else "model": reason} if reason else {}
        self.found = self.found if of_encoder else found
        if found is not None and not self.name.isModified():
            self.name.setText(self._free_name())
        self._show()

    def refuse(self, reason: str) -> str:
        """Show an import error beside its field; returns the reason if it belongs to no field."""
        field = next((name for option, name in _OPTIONS.items() if option in reason), None)
        if field is None or field not in self.heeded:
            return reason
        text = reason
        for option, name in _OPTIONS.items():
            text = text.replace(f"{option}: ", "").replace(f"pass {option}", f"choose {_LABELS[name].lower()}")
            text = text.replace(f"Pass {option}", "Choose it here:").replace(option, _LABELS[name])
        self._refused = {field: text}
        self._show()
        return ""

    @property
    def _pairs(self) -> bool:
        """Whether decoder and encoder are separate files."""
        return self.encoder.path is not None and not self._of_folder

    @property
    def _of_folder(self) -> bool:
        path = self.model.path
        return path is None or path.is_dir()

    def _source(self) -> str:
        source, side = self.images.source, self.side.currentData()
        return f"{source}@{side}x{side}" if source and side else source

    def _free_name(self) -> str:
        path = self.model.path
        stem = "imported" if path is None else (path.parent.name if path.name == "vae" else path.stem)
        plain = "".join(each if each.isalnum() or each in "-_ ." else "-" for each in stem).strip(" .-_")[:40]
        names = (f"{plain or 'imported'}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 1000))))
        return next((name for name in names if name_problem(name, self._folder) is None), "imported")

    # -- the fields

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(6)
        self.recognised = words("faint")
        for name, editor in self.editors.items():
            label, complaint = PlainLabel(_LABELS[name]), words("error")
            focus = editor.line if isinstance(editor, PathLine) else editor
            label.setBuddy(focus)
            focus.setAccessibleName(_LABELS[name])
            focus.setObjectName(name)
            focus.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            focus.installEventFilter(self)
            if isinstance(focus, QLineEdit):
                focus.setStyleSheet("QLineEdit { background: palette(base); }")  # as the lists beside it
            for each in (label, focus):
                each.setToolTip(tooltip(_SENTENCES[name]))
            form.addRow(label, editor)
            if name == "model":
                form.addRow("", self.recognised)
            form.addRow("", complaint)
            self._labels[name], self.complaints[name] = label, complaint
        for option in find_setting("side").choices:
            self.side.addItem(option.label, option.value)
        for value, text in _RANGES.items():
            self.range.addItem(text, value)

    def _wire(self) -> None:
        self.model.edited.connect(self._choose_model)
        self.encoder.edited.connect(self._choose_encoder)
        self.latents.edited.connect(self._choose)
        self.images.chosen.connect(self._choose)
        for box in (self.side, self.range):
            box.currentIndexChanged.connect(self._choose)
        self.name.textEdited.connect(self._choose)

    def _choose_model(self) -> None:
        self.found, self._refused = None, {}
        self.model_chosen.emit()
        self._show()

    def _choose_encoder(self) -> None:
        self._refused = {}
        self.model_chosen.emit()
        self._show()

    def _choose(self) -> None:
        self._refused = {}
        self._show()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Explain the focused field."""
        if watched is not None and event is not None and event.type() == QEvent.Type.FocusIn:
            self.helped.emit(_SENTENCES.get(watched.objectName(), ""))
        return False

    def _show(self) -> None:
        """Show the fields that apply, and errors."""
        heeded, wrong = self.heeded, self.problems() if self.found is not None else self._refused
        for name, editor in self.editors.items():
            for widget in (self._labels[name], editor):
                widget.setVisible(name in heeded)
            self.complaints[name].setText(wrong.get(name, ""))
            self.complaints[name].setVisible(name in heeded and name in wrong)
        self.recognised.setText(_told(self.found))
        self.recognised.setVisible(self.found is not None)
        self.changed.emit()


def _told(found: Recognised | None) -> str:
    if found is None:
        return ""
    return "\n".join([f"{found.words[:1].upper()}{found.words[1:]}", *found.lines])
