"""The line above the map at the first launch: which model is shown, and where the others are."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout

from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import filled, words


class WelcomeLine(QFrame):
    """Names the default model; its buttons open the list and the training panel, and close the line."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sentence = words()
        sentence.setText(f"{name}, one of {count} models that come with the program")
        self.browse = tool_button("All models…", "Show all models with pictures and figures (Ctrl+O)")
        self.train = tool_button("Train…", "Train a model on images of your choice (Ctrl+T)")
        self.dismiss = tool_button("Dismiss", "Hide this message")
        for each in (self.browse, self.train, self.dismiss):
            each.clicked.connect(self.close)
        row = filled(QHBoxLayout(self), sentence, self.browse, self.train, self.dismiss, margins=(12, 5, 8, 5))
        row.setStretchFactor(sentence, 1)
