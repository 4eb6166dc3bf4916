"""The end of a lesson: what was made, as a picture that can be kept."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import Scrolling, filled, wide_button, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.lessons import LessonText

_TALLEST = 160  # pixels of the picture: the way on is seen below it


class EndPage(QWidget):
    """What a person has made. save_wanted, copy_wanted, large_wanted: of the picture. next_wanted: the next lesson."""

    back_wanted = pyqtSignal()
    restart_wanted = pyqtSignal()
    next_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()
    large_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.title, self.text = words(), words()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.picture = PictureView()
        self.picture.smooth = True
        self.picture.limit_height(_TALLEST)
        self.picture.setAccessibleName("The picture of this lesson")
        self.picture.setToolTip("Double-click to see it large")
        self.picture.opened.connect(self.large_wanted)
        self.back = tool_button("‹ All", "Go back to the list of lessons", self.back_wanted.emit)
        self.back.setAccessibleName("All lessons")
        self.restart = tool_button("Restart", "Begin this lesson anew", self.restart_wanted.emit)
        self.save = tool_button("Save…", "Save this picture as a PNG file", self.save_wanted.emit)
        self.copy = tool_button("Copy", "Copy this picture to the clipboard", self.copy_wanted.emit)
        self.next = wide_button("Next lesson", "Begin the lesson after this one", self.next_wanted.emit)
        head = filled(QHBoxLayout(), self.back, 1, self.save, self.copy)
        on = filled(QHBoxLayout(), self.restart, self.next)
        area, inside = Scrolling(), QWidget()
        filled(QVBoxLayout(inside), self.title, self.picture, self.text, on, 1, spacing=6)
        area.setWidget(inside)
        column = filled(QVBoxLayout(self), head, area, spacing=5, margins=(8, 2, 6, 6))
        column.setStretchFactor(area, 1)

    def show_end(self, lesson: LessonText, following: str) -> None:
        """Show the end of a lesson, its picture being made. following: the title of the next one; empty for none."""
        self.title.setText(f"✓  {lesson.title}: done")
        self.text.setText(lesson.picture.text)
        self.text.setVisible(bool(lesson.picture.text))
        self.next.setText("Next lesson")
        self.next.setVisible(bool(following))
        self.next.setAccessibleDescription(following)
        self.picture.hint = "The picture of what you made is being drawn…"
        self.show_picture(None)

    def show_picture(self, image: QImage | None) -> None:
        """Show the picture."""
        self.picture.show_image(image)
        for each in (self.save, self.copy):
            each.setEnabled(image is not None)
