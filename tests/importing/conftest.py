"""Images, and an import as the terminal does it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from tests.importing.making import greys


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 grey images of 8x8 in three classes."""
    return greys(tmp_path_factory.mktemp("greys") / "greys.npz")


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 colour images of 16x16."""
    return greys(tmp_path_factory.mktemp("colours") / "colours.npz", 60, 16, 3)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Imports with the options of a plan; gives the folder of the bundle."""

    def run(**options: object) -> Path:
        folder = tmp_path / "bundle"
        list(import_model(ImportPlan(folder=folder, device="cpu", **options)))
        return folder

    return run
