"""The picture of a lesson as a file, or on the clipboard."""

from pathlib import Path

from PyQt6.QtCore import QBuffer, QIODevice
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.settings import Folders
from latent_explorer.gui.widgets.parts import open_chooser


def save_picture(parent: QWidget, shared: Shared, image: QImage, name: str) -> QFileDialog:
    """Ask where the picture is to go, and write it; the person is asked before a file is replaced."""
    folder = shared.settings.get(Folders).exports or Path.home()
    chooser = QFileDialog(parent, "Save the picture of this lesson", str(folder / f"{name}.png"), "PNG (*.png)")
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix("png")
    open_chooser(chooser, lambda file: write_picture(shared, image, Path(file)))
    return chooser


def write_picture(shared: Shared, image: QImage, file: Path) -> None:
    """Write a picture whole, and say so; or say why it cannot be written."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    try:
        write_bytes_whole(file, buffer.data().data(), overwrite=True)
    except (OSError, UserError) as error:
        shared.banner.say(f"The picture cannot be saved: {error}")
        return
    shared.settings.change(Folders, exports=file.parent)
    shared.say(f"Saved {file.name}")


def copy_picture(shared: Shared, image: QImage) -> None:
    """Put a picture on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setImage(image)
        shared.say("The picture was copied")
