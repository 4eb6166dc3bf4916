"""The dataset's own images: by their indices, and on average."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.data import download, named, open_dataset
from latent_explorer.engine.dataset_index import index_dataset
from latent_explorer.engine.handlers.average import Average
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.hover import Hover
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.originals import Originals
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures, Values, Withdraw
from latent_explorer.service.codec import Numbered, Refused

MakeBundle = Callable[..., Path]


def images_of(bundle: Path) -> NDArray[np.uint8]:
    return open_dataset(read_config(bundle).dataset.source).images


def answers(bundle: Path, *requests: Numbered) -> dict[int, list[Pictures | Refused]]:
    """The replies by the number of their request."""
    found: dict[int, list[Pictures | Refused]] = {}
    for reply in serve_inline([Open(1, str(bundle)), *requests]):
        found.setdefault(reply.number, []).append(reply)
    return found


@pytest.fixture(scope="module")
def without_dataset(make_bundle: MakeBundle) -> Path:
    """A bundle whose dataset is gone."""
    bundle = make_bundle("orphan")
    (bundle.parent / "images.npz").unlink()
    return bundle


@pytest.mark.parametrize("source", ["kmnist", "fashion-mnist", "cifar10", "cifar10@16x16"])
def test_nothing_is_fetched_when_a_bundle_is_opened(
    small_bundle: Path, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(named, "data_folder", lambda: tmp_path)
    monkeypatch.setattr(download, "_opener", lambda: asked.append(1))
    config = read_config(small_bundle)
    record = msgspec.structs.replace(config.dataset, source=source)
    index = index_dataset(msgspec.structs.replace(config, dataset=record), read_latents(small_bundle))
    assert "is not on this computer" in index.originals.missing
    assert index.originals.images is None
    assert asked == []
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=10, deadline=None)
@given(indices=st.lists(st.integers(0, 119), max_size=150))
def test_originals_are_the_images_of_their_indices(small_bundle: Path, indices: list[int]) -> None:
    asked = np.array(indices, np.int64)
    slices = answers(small_bundle, Originals(2, asked)).get(2, [])
    assert sum(len(reply.content) for reply in slices) == len(asked)
    for reply in slices:
        expected = images_of(small_bundle)[asked[reply.start : reply.start + len(reply.content)]]
        np.testing.assert_array_equal(reply.content, expected)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), share=st.floats(0.02, 1))
def test_an_average_is_the_mean_image(wide_bundle: Path, seed: int, share: float) -> None:
    chosen = np.random.default_rng(seed).random(120) < share
    chosen[seed] = True
    (reply,) = answers(wide_bundle, Average(2, chosen.view(np.uint8)))[2]
    expected = np.rint(images_of(wide_bundle)[chosen].astype(np.float64).mean(0)).astype(np.uint8)
    np.testing.assert_array_equal(reply.content, expected[None])


def test_what_cannot_be_had_is_refused_with_its_reason(small_bundle: Path, without_dataset: Path) -> None:
    chosen = np.ones(120, np.uint8)
    found = answers(small_bundle, Originals(2, np.array([120])), Originals(3, np.array([-1])), Average(4, 0 * chosen))
    assert [type(replies[-1]) for number, replies in sorted(found.items()) if number > 1] == [Refused] * 3
    assert "120 images" in found[2][0].reason
    missing = answers(without_dataset, Originals(2, np.array([0])), Average(3, chosen))
    assert "images.npz" in missing[2][0].reason
    assert "images.npz" in missing[3][0].reason


def test_pictures_come_before_originals_and_these_before_values(small_bundle: Path) -> None:
    z, indices = np.zeros((300, 2), np.float32), np.zeros(300, np.int64)
    asked = [Evaluate(2, "density", z), Originals(3, indices), Decode(4, z), Hover(5, z[0])]
    numbers = [reply.number for reply in serve_inline([Open(1, str(small_bundle)), *asked])]
    order = list(dict.fromkeys(numbers))
    # originals and values also wait until the dataset is indexed
    assert order == [1, 5, 4, 3, 2]


def test_a_hover_does_not_wait_for_an_average(small_bundle: Path) -> None:
    replies = serve_inline(
        [Open(1, str(small_bundle)), Average(2, np.ones(120, np.uint8)), Hover(3, np.zeros(2, "f4"))]
    )
    assert [reply.number for reply in replies] == [1, 3, 2]


def test_a_withdrawn_average_is_not_answered(small_bundle: Path) -> None:
    found = answers(small_bundle, Average(2, np.ones(120, np.uint8)), Withdraw(2), Originals(3, np.arange(3)))
    assert set(found) == {1, 3}
    assert not isinstance(found[3][0], Values)
