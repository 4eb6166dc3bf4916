"""Files and functions short enough to read; the style's aim (250 and 15 lines) lies well below these stops."""

import ast

import pytest

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def too_long(text, name):
    """A line for a file, and for each function in it, that is over its stop."""
    count = len(text.splitlines())
    if count > LONGEST_FILE:
        yield f"{name} has {count} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{name}:{node.lineno} {node.name} has {length} lines"


def test_no_file_and_no_function_is_too_long(root):
    files = [path for folder in ("latent_explorer", "scripts", "tests") for path in (root / folder).rglob("*.py")]
    assert not [line for path in files for line in too_long(path.read_text(encoding="utf-8"), path.relative_to(root))]


@pytest.mark.parametrize("text", ["x = 1\n" * (LONGEST_FILE + 1), "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION])
def test_what_is_too_long_is_found(text):
    assert len(list(too_long(text, "example.py"))) == 1


def test_what_is_just_short_enough_passes():
    assert not list(too_long("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1), "example.py"))
