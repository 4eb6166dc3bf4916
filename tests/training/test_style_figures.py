"""Figures of style apart from class, of strokes whose style and class are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from latent_explorer.bundles import Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.training import classifier_net
from latent_explorer.training.style_figures import StyleFigures, linear_accuracy, other_classes, style_figures

CPU = torch.device("cpu")
SIDE, COUNT = 20, 450
ROWS = ((2, 18), (2, 11), (9, 18))  # of a whole stroke, its upper half, its lower half


def strokes(style: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Strokes in [0, 1], (n, h, w), that lean (of -1..1) and are as thick as `style` (n, 2) says, of their classes."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    middle = SIDE / 2 - 0.5 - 0.3 * style[:, 0, None, None] * (y - SIDE / 2)
    made = np.clip(1.5 + 0.8 * style[:, 1, None, None] - np.abs(x - middle), 0, 1)
    low, high = np.array(ROWS)[labels].T[:, :, None, None]
    return np.asarray(made * (y >= low) * (y < high), np.float32)


@pytest.fixture(scope="module")
def known() -> tuple[Dataset, Latents]:
    """Images of strokes, and their styles as latents."""
    style = np.random.default_rng(0).uniform(-1, 1, (COUNT, 2)).astype(np.float32)
    labels = np.arange(COUNT) % 3
    images = (255 * strokes(style, labels)).astype(np.uint8)[..., None]
    split = (np.arange(COUNT) >= 300).astype(np.uint8)
    dataset = Dataset("strokes", images, labels, ("whole", "upper", "lower"), split)
    return dataset, Latents(style, None, labels, split, np.zeros(COUNT, np.float32))


def network(forgets: bool = False):
    """Draws strokes of the style in the latent under the class that it is given; or, where it `forgets`, always one."""
    spec = NetSpec(family="cvae", trunk="dense", image_shape=(SIDE, SIDE, 1), latent_dim=2, hidden=(4,), classes=3)
    model = build(spec)

    def decode(z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        style = np.zeros_like(z.numpy()) if forgets else z.numpy()
        return torch.from_numpy(strokes(style, labels.numpy()))[:, None]

    model.decode = decode  # type: ignore[method-assign]
    return model


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier_net, "_FEWEST", 60)
    monkeypatch.setattr(classifier_net, "_BATCH", 64)


def test_what_parts_style_from_class_is_told_so(known: tuple[Dataset, Latents]) -> None:
    dataset, latents = known
    found = style_figures(network(), dataset, CPU, latents)
    assert found.classifier_accuracy is not None
    assert found.classifier_accuracy > 0.95
    assert found.swap_accuracy > 0.95
    assert found.unswapped_accuracy == found.classifier_accuracy
    assert found.leakage_linear < 0.45
    assert found.leakage_knn10 < 0.45
    assert found.pca_leakage_linear > 0.6
    assert min(found.slant_r, found.slant_rows_r, found.thickness_r) > 0.9
    assert min(found.unswapped_slant_r, found.unswapped_thickness_r) > 0.98


def test_latents_that_tell_the_class_are_found_out(known: tuple[Dataset, Latents]) -> None:
    dataset, latents = known
    betraying = replace(latents, mean=latents.mean + 3 * dataset.labels[:, None].astype(np.float32))
    found = style_figures(network(), dataset, CPU, betraying)
    assert found.leakage_linear > 0.95
    assert found.leakage_knn10 > 0.95


def test_a_style_that_is_lost_has_no_correlation(known: tuple[Dataset, Latents]) -> None:
    dataset, latents = known
    found = style_figures(network(forgets=True), dataset, CPU, latents)
    assert found.slant_r is None  # all lean alike
    assert found.swap_accuracy > 0.95


def test_nothing_is_told_of_what_is_given_no_class(known: tuple[Dataset, Latents]) -> None:
    dataset, latents = known
    plain = build(NetSpec(family="vae", trunk="dense", image_shape=(SIDE, SIDE, 1), latent_dim=2, hidden=(4,)))
    assert style_figures(plain, dataset, CPU, latents) == StyleFigures()
    untested = replace(dataset, split=np.zeros(COUNT, np.uint8))
    assert set(style_figures(network(), untested, CPU, latents).figures().values()) == {None}


def test_each_image_is_swapped_to_another_class_always_the_same() -> None:
    own = np.arange(1000) % 4
    other = other_classes(own, 4)
    assert (other != own).all()
    np.testing.assert_array_equal(other, other_classes(own, 4))
    assert np.bincount((other - own) % 4, minlength=4)[1:].min() > 250
    assert other_classes(np.zeros(3, np.int64), 1).tolist() == [0, 0, 0]


def test_one_class_cannot_be_told_from_another() -> None:
    z = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    assert linear_accuracy(z, np.zeros(30, np.int64), z, np.zeros(30, np.int64)) is None
