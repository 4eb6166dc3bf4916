"""Showing folders in the system's file manager."""

from pathlib import Path

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices


def show_folder(folder: Path) -> str:
    """Open a folder in the file manager; returns a message with the path if there is none, otherwise an empty text."""
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        return ""
    return f"No file manager was found. The folder is {folder}"
