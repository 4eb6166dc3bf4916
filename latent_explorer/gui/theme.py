"""Colours: of the window, light and dark, and of the classes."""

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

# Petroff (2021), "Accessible color sequences for data visualization": ten colours told apart with any kind of
# colour vision. The dark theme's are the same hues, lighter, so that each stands out from black.
_ON_LIGHT = (
    "#3f90da",
    "#e68a00",
    "#bd1f01",
    "#6b7b79",
    "#832db6",
    "#8c5244",
    "#e76300",
    "#8f8340",
    "#4b4f5c",
    "#2aa3a8",
)
_ON_DARK = (
    "#5eaaf2",
    "#ffb52e",
    "#f4553b",
    "#b4c2c0",
    "#b978ea",
    "#d39a87",
    "#ff8838",
    "#d9cd8f",
    "#98a0b5",
    "#9be9ec",
)


@dataclass(frozen=True)
class Theme:
    """The colours of one appearance, as #rrggbb."""

    dark: bool
    window: str
    panel: str
    map: str
    text: str
    faint: str
    line: str
    accent: str
    good: str
    fair: str
    poor: str
    classes: tuple[str, ...]

    def class_colour(self, label: int) -> QColor:
        """The colour of a class; beyond the palette, hues spread by the golden ratio."""
        if label < len(self.classes):
            return QColor(self.classes[label])
        red, green, blue = colorsys.hls_to_rgb(label * 0.618034 % 1, 0.65 if self.dark else 0.42, 0.6)
        return QColor.fromRgbF(red, green, blue)


DARK = Theme(
    dark=True,
    window="#1b1e23",
    panel="#23272e",
    map="#0c0e11",
    text="#e8eaed",
    faint="#a0a7b2",
    line="#3a404a",
    accent="#4f9cf0",
    good="#57c785",
    fair="#f0b84b",
    poor="#f07167",
    classes=_ON_DARK,
)
LIGHT = Theme(
    dark=False,
    window="#f3f4f6",
    panel="#ffffff",
    map="#ffffff",
    text="#1c2128",
    faint="#5b6472",
    line="#d2d6dc",
    accent="#1f6fd0",
    good="#1c7c43",
    fair="#9a6300",
    poor="#c2281d",
    classes=_ON_LIGHT,
)


def system_theme() -> Theme:
    """The appearance that the system asks for; dark where it does not say."""
    hints = QGuiApplication.styleHints()
    return LIGHT if hints is not None and hints.colorScheme() == Qt.ColorScheme.Light else DARK


def on_system_change(follow: Callable[[], None]) -> None:
    """Call `follow`, a method of a QObject, whenever the system changes between light and dark."""
    hints = QGuiApplication.styleHints()
    if hints is not None:
        hints.colorSchemeChanged.connect(follow)


def apply(theme: Theme) -> None:
    """Dress the whole application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme))


def _palette(theme: Theme) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.panel,
        role.ButtonText: theme.text,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint,
        role.Highlight: theme.accent,
        role.HighlightedText: "#ffffff",
        role.Link: theme.accent,
        role.Mid: theme.line,
        role.Accent: theme.accent,
    }
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.faint))
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
    QMainWindow::separator {{ background: {theme.window}; width: 5px; height: 5px; }}
    QDockWidget {{ color: {theme.text}; font-weight: 600; }}
    QDockWidget::title {{ background: {theme.window}; padding: 5px 8px; }}
    QToolTip {{ color: {theme.text}; background: {theme.panel}; border: 1px solid {theme.line}; padding: 4px; }}
    QStatusBar {{ color: {theme.faint}; }} QStatusBar::item {{ border: none; }}
    QStatusBar QLabel {{ color: {theme.faint}; padding: 0 6px; }}
    QLabel[role="faint"] {{ color: {theme.faint}; }}
    QLabel[role="error"] {{ color: {theme.poor}; }}
    QLabel[role="heading"] {{ color: {theme.faint}; font-weight: 600; }}
    QToolButton, QPushButton {{ background: {theme.window}; border: 1px solid {theme.line}; border-radius: 5px;
        padding: 4px 7px; }}
    QToolButton:hover, QPushButton:hover {{ border-color: {theme.accent}; }}
    QToolButton:checked {{ background: {theme.accent}; color: #ffffff; border-color: {theme.accent}; }}
    QToolButton:disabled, QPushButton:disabled {{ color: {theme.faint}; }}
    QToolButton:focus, QPushButton:focus {{ border: 1px solid {theme.accent}; }}
    QLineEdit {{ background: {theme.window}; border: 1px solid {theme.line}; border-radius: 4px; padding: 4px 5px; }}
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QTabBar {{ qproperty-drawBase: 0; background: {theme.window}; }}
    QTabBar::tab {{ color: {theme.faint}; padding: 5px 12px; border: none; border-bottom: 2px solid {theme.window}; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    QListWidget {{ background: {theme.window}; border: none; }}
    QToolBar {{ border: none; spacing: 5px; padding: 3px 6px; background: {theme.window}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.line}; }}
    QMenu::item {{ padding: 5px 24px 5px 20px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: #ffffff; }}
    QMenu::item:disabled {{ color: {theme.faint}; }}
    """
