"""The window shows every text as it is: rich text, and what Qt takes for it, have one door, `gui/widgets`."""

import ast

import pytest

FORBIDDEN = ("QLabel", "QMessageBox", "QTextBrowser", "QTextEdit", "QStaticText", "QErrorMessage")
METHODS = ("setHtml", "insertHtml", "setMarkdown", "toHtml", "setWhatsThis", "setStatusTip")
SHORT = 60  # letters of a tooltip that need not wrap
FORMATS = ("RichText", "AutoText", "MarkdownText")
OWN_PAGES = ("gui.shell.help",)  # of which nothing comes from a file
HOW = "see gui/widgets/plain.py"


def rich_texts(source):
    """Everything in the window, outside its widgets, by which a text could be taken for HTML."""
    if source.room != "gui" or source.name.startswith("gui.widgets.") or source.name in OWN_PAGES:
        return []
    found = (node for node in ast.walk(source.tree) if rich(node))
    return [f"{source.name}:{node.lineno} {ast.unparse(node)[:80]}; {HOW}" for node in found]


def rich(node):
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in FORBIDDEN
        case ast.Call(func=ast.Attribute(value=ast.Name(id="QMessageBox"), attr=name)):
            return name in ("information", "warning", "question", "critical", "about")
        case ast.Call(func=ast.Attribute(attr="setToolTip"), args=[text]):
            return not plain(text)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="QToolTip"), attr="showText"), args=[_, text, *_]):
            return not plain(text)
        case ast.Call(func=ast.Attribute(attr="setItemData"), args=[_, text, role]):
            return ast.unparse(role).endswith("ToolTipRole") and not plain(text)
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in METHODS
        case ast.Attribute(attr=name):
            return name in FORMATS
    return False


def plain(text):
    """Whether an expression is a text of the program's own, and short: only what is made plain wraps."""
    match text:
        case ast.Call(func=ast.Name(id="tooltip")):
            return True
        case ast.Constant(value=str(value)):
            return "<" not in value and len(value) <= SHORT
        case ast.IfExp(body=body, orelse=other):
            return plain(body) and plain(other)
    return False


def test_the_package_keeps_the_rule(sources):
    assert not [line for source in sources for line in rich_texts(source)]


@pytest.mark.parametrize(
    "text",
    [
        "QLabel(name)",
        "button.setToolTip(f'Class {name}')",
        "button.setToolTip('<b>bold</b>')",
        "button.setToolTip(_TIP if name else name)",
        "button.setToolTip('A text of our own that is so long that it has to wrap, or the screen is too narrow')",
        "QToolTip.showText(at, name, self)",
        "box.setItemData(0, source, Qt.ItemDataRole.ToolTipRole)",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "QMessageBox.warning(self, 'a', name)",
        "page.setHtml(card)",
    ],
)
def test_a_breach_is_found(source, text):
    assert len(rich_texts(source("gui.panels.new", text))) == 1
    assert not rich_texts(source("gui.widgets.plain", text))


def test_what_is_allowed_passes(source):
    text = "PlainLabel(name)\nb.setToolTip('Close')\nb.setToolTip('a' if a else 'b')\nb.setToolTip(tooltip(name))"
    assert not rich_texts(source("gui.panels.new", text + "\nbox.setItemData(0, source)"))
