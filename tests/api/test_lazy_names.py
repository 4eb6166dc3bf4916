"""Importing the package costs next to nothing; each name brings what it needs, and type checkers see them all."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import latent_explorer

PACKAGE = Path(latent_explorer.__file__).parent
HEAVY = ("torch", "sklearn", "PyQt6", "numba", "scipy")


def modules_after(program: str) -> set[str]:
    """What a fresh interpreter has imported after a program."""
    told = f"{program}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_imports_neither_numpy_nor_torch() -> None:
    found = modules_after("import latent_explorer\nassert 'open_bundle' in dir(latent_explorer)")
    assert not found & {"numpy", "msgspec", *HEAVY}
    assert {name for name in found if name.startswith("latent_explorer")} == {
        "latent_explorer",
        "latent_explorer.version",
    }


def test_reading_latents_charts_and_paths_needs_no_torch() -> None:
    found = modules_after(
        "import latent_explorer as le\n"
        "bundle = le.open_bundle('mnist-ae-16d')\n"
        "z = le.charts.fit(bundle, 'principal').to_latent([0, 0])\n"
        "le.paths.straight(z, bundle.latents.mean[0])\n"
        "bundle.images\n"
    )
    assert not found & set(HEAVY)
    assert "numpy" in found


def test_train_is_found_without_torch() -> None:
    assert "torch" not in modules_after("from latent_explorer import train")


@pytest.mark.parametrize("name", latent_explorer.__all__)
def test_every_name_that_is_listed_is_there(name: str) -> None:
    assert getattr(latent_explorer, name) is not None
    assert name in dir(latent_explorer)


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_bundel'"):
        latent_explorer.open_bundel  # noqa: B018


def test_type_checkers_see_every_name() -> None:
    """What `__getattr__` finds is imported for type checkers, from the same module."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module.startswith("latent_explorer")
    }
    places = {
        name: "latent_explorer" if place == name else f"latent_explorer.{place}"
        for name, place in latent_explorer._MODULES.items()
    }
    assert places.items() <= seen.items()
    assert set(latent_explorer.__all__) == {*places, "__version__"}
    assert (PACKAGE / "py.typed").exists()
