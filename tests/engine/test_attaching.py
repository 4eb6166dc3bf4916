"""Original images that were moved away are attached from where they are now, and no others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.handlers.attach import Attached, AttachImages
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.originals import Originals
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.service.codec import Refused


@pytest.fixture
def moved(make_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """A bundle, and where its images are by now."""
    bundle = make_bundle("moved away")
    images = bundle.parent / "images.npz"
    place = tmp_path / "elsewhere.npz"
    shutil.copy(images, place)
    images.unlink()
    return bundle, place


def test_images_that_were_moved_are_attached(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    first = Originals(2, np.arange(3))
    replies = serve_inline([Open(1, str(bundle)), first, AttachImages(3, str(place)), Originals(4, np.arange(3))])
    by_number = {reply.number: reply for reply in replies}
    assert isinstance(by_number[3], Attached)
    assert by_number[3].count == len(np.load(place)["images"])
    assert isinstance(by_number[4], Pictures)
    np.testing.assert_array_equal(
        by_number[4].content, np.load(place)["images"][:3].reshape(by_number[4].content.shape)
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [("other.npz", "are not those that moved away was trained on"), ("nothing.npz", "nothing.npz"), ("a\0b", "a")],
)
def test_others_are_refused_in_words(moved: tuple[Path, Path], tmp_path: Path, name: str, reason: str) -> None:
    bundle, place = moved
    arrays = dict(np.load(place))
    arrays["images"] = 255 - arrays["images"]
    np.savez(tmp_path / "other.npz", **arrays)
    replies = serve_inline([Open(1, str(bundle)), AttachImages(2, str(tmp_path / name))])
    refused = replies[-1]
    assert isinstance(refused, Refused)
    assert reason in refused.reason
    assert "a fault" not in refused.reason
