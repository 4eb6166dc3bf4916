"""The window's colours."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

from latent_explorer import palette
from latent_explorer.palette import Palette


class Theme(Palette):
    """The colours of a theme, for Qt."""

    @property
    def plate(self) -> QColor:
        """The background of labels on the map, slightly transparent."""
        plate = QColor(self.panel)
        plate.setAlpha(225)
        return plate

    def class_colour(self, label: int) -> QColor:
        return QColor(self.of_class(label))


DARK, LIGHT = Theme(**vars(palette.DARK)), Theme(**vars(palette.LIGHT))


def system_theme() -> Theme:
    """The theme that the system requests; dark by default."""
    hints = QGuiApplication.styleHints()
    return LIGHT if hints is not None and hints.colorScheme() == Qt.ColorScheme.Light else DARK


def apply(theme: Theme) -> None:
    """Apply a theme to the application, unless it is current: all widgets are polished again."""
    app, sheet = QApplication.instance(), _style_sheet(theme)
    assert isinstance(app, QApplication)
    if app.styleSheet() == sheet:
        return
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(sheet)


def _palette(theme: Theme) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    colours = (
        (theme.window, (role.Window, role.AlternateBase)),
        (theme.panel, (role.Base, role.Button, role.ToolTipBase)),
        (theme.text, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)),
        (theme.faint, (role.PlaceholderText,)),
        (theme.accent, (role.Highlight, role.Link, role.Accent)),
        (theme.line, (role.Mid,)),
        (theme.on_accent, (role.HighlightedText,)),
    )
    for colour, roles in colours:
        for name in roles:
            palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.faint))
    return palette


def _half(theme: Theme) -> str:
    """A colour between background and text."""
    faint, ground = QColor(theme.faint), QColor(theme.window)
    pairs = zip(faint.getRgb()[:3], ground.getRgb()[:3], strict=True)
    return QColor(*(round(0.6 * ink + 0.4 * paper) for ink, paper in pairs)).name()


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
    QToolButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent}; }}
    QToolButton:disabled, QPushButton:disabled {{ color: {theme.faint}; }}
    QToolButton:checked:disabled {{ background: {theme.window}; border-color: {theme.accent}; }}
    QToolButton:focus, QPushButton:focus {{ border: 1px solid {theme.accent}; }}
    QToolButton:checked:focus {{ border: 2px solid {theme.text}; padding: 3px 6px; }}
    QToolButton[role="fold"], QToolButton[role="fold"]:checked {{ border: 1px solid transparent;
        background: transparent; font-weight: 600; text-align: left; padding: 3px 0; color: {theme.faint}; }}
    QToolButton[role="fold"]:focus, QToolButton[role="fold"]:hover {{ border-color: {theme.accent}; }}
    QLineEdit {{ background: {theme.window}; border: 1px solid {theme.line}; border-radius: 4px; padding: 4px 5px; }}
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QScrollBar {{ background: transparent; border: none; margin: 0; }}
    QScrollBar:vertical {{ width: 9px; }} QScrollBar:horizontal {{ height: 9px; }}
    QScrollBar::handle {{ background: {_half(theme)}; border-radius: 3px; margin: 1px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }} QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {theme.faint}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
    QTabBar {{ qproperty-drawBase: 0; background: {theme.window}; }}
    QTabBar::tab {{ color: {theme.faint}; padding: 5px 8px; border: none; border-bottom: 2px solid {theme.window}; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    QListWidget {{ background: {theme.window}; border: none; }}
    QToolBar {{ border: none; spacing: 5px; padding: 3px 6px; background: {theme.window}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.line}; }}
    QMenu::item {{ padding: 5px 24px 5px 20px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QMenu::item:disabled {{ color: {theme.faint}; }}
    """
