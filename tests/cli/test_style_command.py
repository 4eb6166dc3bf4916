"""The command `style`, and the same from Python: a grid of content by style."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer import open_bundle
from latent_explorer.errors import UserError
from tests.nets.families import CONDITIONAL, registered, trained_on_noise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A conditional bundle of three classes."""
    with registered(CONDITIONAL):
        yield trained_on_noise(tmp_path_factory.mktemp("conditional"), "cvae")


def test_a_grid_is_written_and_told(folder: Path, call, done, tmp_path: Path) -> None:
    out = tmp_path / "grid.npz"
    told = done("style", folder, "--content", "12,40", "--style", "7,9,3", "--out", out, "--json").json
    bundle = open_bundle(folder)
    labels = bundle.latents.label[[12, 40]]
    assert told["labels"] == labels.tolist()
    with np.load(out) as saved:
        for row, label in enumerate(labels):
            under = bundle.decode(bundle.latents.mean[[7, 9, 3]], labels=int(label))
            assert (saved["pictures"][row] == under).all()
    done("style", folder, "--out", tmp_path / "grid.png", "--styles", 4, "--random")
    assert Image.open(tmp_path / "grid.png").height > 3 * 2 * 6
    assert "already exists" in call("style", folder, "--out", tmp_path / "grid.png").complaint


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--content", "60"), "0 to 59"),
        (("--style", "1.5"), "whole numbers"),
        (("--styles", "100"), "1 to 60"),
    ],
)
def test_what_is_not_there_is_refused(
    folder: Path, call, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in call("style", folder, "--out", tmp_path / "x.png", *arguments).complaint
    assert not list(tmp_path.iterdir())


def test_a_model_without_a_class_is_refused(small_bundle: Path) -> None:
    with pytest.raises(UserError, match="no class"):
        open_bundle(small_bundle).style_grid()


def test_styles_may_be_latents(folder: Path) -> None:
    bundle = open_bundle(folder)
    grid = bundle.style_grid(style=np.zeros((2, 2), np.float32))
    assert grid.pictures.shape[:2] == (3, 2)
    assert grid.style is None
    spread = bundle.style_grid(styles=5)
    assert len(set(spread.column_names)) == 5
