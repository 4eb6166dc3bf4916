"""The examples in the docstrings of the Python surface are run as they stand."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import latent_explorer

API = Path(latent_explorer.__file__).parent / "api"
MODULES = (*(f"api.{path.stem}" for path in sorted(API.glob("[!_]*.py"))), "charts.fitting", "paths.walks")


def examples(module: object) -> int:
    found = doctest.DocTestFinder(exclude_empty=False).find(module, globs={})
    return sum(len(each.examples) for each in found)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_say(name: str) -> None:
    module = import_module(f"latent_explorer.{name}")
    assert doctest.testmod(module, extraglobs={}).failed == 0


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("api.bundle", "open_bundle"),
        ("api.bundle", "Bundle"),
        ("api.aligning", "align"),
        ("api.training", "train"),
        ("charts.fitting", "fit"),
        ("paths.walks", "straight"),
        ("paths.walks", "spherical"),
        ("paths.walks", "walk"),
    ],
)
def test_what_is_public_has_an_example(module: str, name: str) -> None:
    thing = getattr(import_module(f"latent_explorer.{module}"), name)
    assert ">>> " in thing.__doc__
