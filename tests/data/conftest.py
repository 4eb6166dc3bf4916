"""What the tests of datasets share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Painter = Callable[..., Path]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data beside the repository, on machines that have it."""
    folder = Path(__file__).resolve().parents[2] / "../shared/data"
    if not folder.is_dir():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    return folder.resolve()


@pytest.fixture
def paint(tmp_path: Path) -> Painter:
    """paint(name, shape=(h, w) or (h, w, c), seed): a random picture under the folder `set`, which it returns."""

    def painter(name: str, shape: tuple[int, ...] = (6, 5), seed: int = 0) -> Path:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8)).save(path)
        return tmp_path / "set"

    return painter
