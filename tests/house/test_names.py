"""Nobody reaches into the window, and a class's name says which class it is."""

import ast
from collections import Counter

import pytest


def imports_the_window(source):
    targets = (f"{each.target}." for each in source.imports)
    return any(target.startswith("latent_explorer.gui.shell.window.") for target in targets)


def names_the_window(source):
    """Whether a module that does not build the window has its class's name anywhere, in a string too."""
    words = {name for node in ast.walk(source.tree) for name in vars(node).values() if isinstance(name, str)}
    return "MainWindow" in words and not source.name.startswith("gui.shell.")


def reaches_into_the_window(source):
    return source.name != "gui.app" and (imports_the_window(source) or names_the_window(source))


def shared(names):
    """The names that stand more than once."""
    return {name for name, count in Counter(names).items() if count > 1}


def classes(sources):
    return [node.name for source in sources for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]


def test_nobody_reaches_into_the_window(sources):
    assert not [source.name for source in sources if reaches_into_the_window(source)]


def test_two_classes_do_not_share_a_name(sources):
    assert not shared(classes(sources))


@pytest.mark.parametrize(
    "text",
    [
        "from latent_explorer.gui.shell.window import MainWindow",
        "from ..shell.window import MainWindow as Window",
        "from latent_explorer.gui.shell import window",
        "def f():\n    import latent_explorer.gui.shell.window",
        "def f(window: 'MainWindow'):\n    pass",
        "from latent_explorer.gui import app\nx = app.MainWindow",
    ],
)
def test_who_reaches_into_the_window_is_found(source, text):
    assert reaches_into_the_window(source("gui.pane.link", text))
    assert not reaches_into_the_window(source("gui.app", text))


def test_what_builds_the_window_may_name_it_but_not_import_it(source):
    assert not reaches_into_the_window(source("gui.shell.menus", "def menus(window: 'MainWindow'): ..."))
    assert reaches_into_the_window(source("gui.shell.menus", "import latent_explorer.gui.shell.window"))


def test_a_shared_name_is_found(source):
    found = [source("a", "class Pin: ..."), source("b", "def f():\n    class Pin: ..."), source("c", "class Pins: ...")]
    assert shared(classes(found)) == {"Pin"}
