"""Sentences that were found hard to understand do not come back."""

import ast

import pytest

BANNED = (
    "mend first",
    "numbers with commas between them",
    "no moments of this bundle",
    "to lie as before",
    "through its training",
    "bundles that ship",
    "come closer",
    "take the path away",
    "take back the last undo",
    "beside others of the same data",
    "the best there is",
    "drop was not opened",
    "drop what was begun",
    "pale one: a border",
    "seconds to go",
    "cannot be brought back",
    "not at hand",
    "a film can be made when",
)


def banned(tree):
    """The phrases in the literals of a module, its docstrings among them: help is made of some."""
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [(text.lineno, phrase) for text in texts for phrase in BANNED if phrase in text.value.lower()]


def test_no_text_is_worded_so(sources):
    found = [f"{source.name}:{line}: {phrase}" for source in sources for line, phrase in banned(source.tree)]
    assert not found


@pytest.mark.parametrize(
    "code", ["f(f'Mend first: {x}.')", "f('It cannot ' 'be brought back')", "'The bundles that ship.'"]
)
def test_what_would_break_the_rule_is_found(code):
    assert banned(ast.parse(code))
