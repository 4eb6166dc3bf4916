"""Nothing asks which family a network is of: what a family can do is asked of its entry."""

import ast

import pytest

from latent_explorer.nets.families import FAMILIES

NETWORKS = {family.network.partition(":")[2] for family in FAMILIES.values()}


def questions(source):
    """A line for each comparison with a family's name, and for each question after its class."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and "family" in ast.unparse(node):
            sides = [value for side in (node.left, *node.comparators) for value in ast.walk(side)]
            if any(isinstance(value, ast.Constant) and value.value in FAMILIES for value in sides):
                yield f"{source.name}:{node.lineno} asks for a name: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            names = {value.id for value in ast.walk(node) if isinstance(value, ast.Name)}
            if names & NETWORKS:
                yield f"{source.name}:{node.lineno} asks for a class: {ast.unparse(node)}"


def test_no_code_asks_for_a_family_by_its_name(sources):
    assert not [line for source in sources for line in questions(source)]


@pytest.mark.parametrize(
    "text",
    [
        "shown = plan.family == 'vae'",
        "if config.net.family in ('ae', 'gan'): pass",
        "x = isinstance(model, VariationalAutoencoder)",
    ],
)
def test_a_question_is_found(source, text):
    assert len(list(questions(source("training.publishing.card", text)))) == 1


def test_what_the_entry_says_may_be_asked(source):
    assert not list(questions(source("training.publishing.card", "x = config.family.has_variance or family == wanted")))
