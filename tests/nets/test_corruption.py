"""Corrupted images: the same by the same seed, spoiled as is said, and learned from."""

from dataclasses import replace

import pytest
import torch

from latent_explorer.nets.corruption import Corruption, corrupt, corrupt_by_degrees
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.families import find_family
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

KINDS = (Corruption(added_noise=0.5), Corruption(holes=3), Corruption(blur=2.0), Corruption(0.3, 2, 1.0))
SPEC = NetSpec(family="ae", trunk="dense", image_shape=(16, 12, 3), latent_dim=4, hidden=(32,))


@pytest.fixture
def x() -> torch.Tensor:
    """Eight images, each a bright disc."""
    y, x = torch.meshgrid(torch.arange(16) - 7.5, torch.arange(12) - 5.5, indexing="ij")
    discs = [(y.square() + x.square() < (2 + number / 2) ** 2).float() for number in range(8)]
    return torch.stack(discs)[:, None].expand(-1, 3, -1, -1)


def seeded(seed: int, **place: int) -> Draws:
    return Draws(torch.Generator().manual_seed(seed), **place)


@pytest.mark.parametrize("by", KINDS)
@pytest.mark.parametrize("way", [corrupt, corrupt_by_degrees])
def test_a_seed_decides_what_is_spoiled(x: torch.Tensor, by: Corruption, way) -> None:  # type: ignore[no-untyped-def]
    first, again = way(x, by, seeded(1)), way(x, by, seeded(1))
    assert torch.equal(first, again)
    assert not torch.equal(first, x)
    assert first.shape == x.shape
    assert first.min() >= 0
    assert first.max() <= 1
    other = way(x, by, seeded(2))
    assert (way is corrupt and by == KINDS[2]) or not torch.equal(first, other)  # a blur in full draws nothing


@pytest.mark.parametrize("by", KINDS)
def test_processes_that_share_a_batch_spoil_it_as_one(x: torch.Tensor, by: Corruption) -> None:
    whole = corrupt_by_degrees(x, by, seeded(3))
    parts = [corrupt_by_degrees(x[at : at + 4], by, seeded(3, first=at, count=8)) for at in (0, 4)]
    torch.testing.assert_close(torch.cat(parts), whole)


def test_nothing_is_drawn_where_nothing_is_spoiled(x: torch.Tensor) -> None:
    generator = torch.Generator().manual_seed(4)
    before = generator.get_state()
    assert corrupt_by_degrees(x, Corruption(), Draws(generator)) is x
    assert torch.equal(generator.get_state(), before)


def test_noise_has_its_deviation_and_blur_keeps_what_is_even() -> None:
    grey = torch.full((4, 1, 64, 64), 0.5)
    noisy = corrupt(grey, Corruption(added_noise=0.1), seeded(5))
    assert (noisy - grey).std().item() == pytest.approx(0.1, rel=0.05)
    torch.testing.assert_close(corrupt(grey, Corruption(blur=3)), grey)
    dot = torch.zeros(1, 1, 33, 33)
    dot[..., 16, 16] = 1
    spread = corrupt(dot, Corruption(blur=2))[0, 0]
    place = torch.arange(33.0) - 16
    assert (spread.sum(0) * place.square()).sum().sqrt().item() == pytest.approx(2, rel=0.02)


def test_holes_are_black_squares_and_no_more_than_asked_for() -> None:
    white = torch.ones(200, 1, 32, 32)
    for most in (1, 3):
        covered = (corrupt(white, Corruption(holes=most), seeded(6)) == 0).float().mean((1, 2, 3))
        assert covered.max() <= most / 16 + 1e-6
        assert covered.min() > 0
    degrees = (corrupt_by_degrees(white, Corruption(holes=3), seeded(6)) == 0).float().mean((1, 2, 3))
    assert 0.1 < (degrees == 0).float().mean() < 0.4  # a quarter has none


@pytest.mark.parametrize("by", KINDS)
def test_an_autoencoder_learns_from_corrupted_images_to_make_clean_ones(x: torch.Tensor, by: Corruption) -> None:
    torch.manual_seed(0)
    settings = {"added_noise": by.added_noise, "holes": by.holes, "blur": by.blur}
    model = build(replace_settings(settings))
    optimiser, draws = torch.optim.Adam(model.parameters(), 0.01), seeded(7)
    losses = []
    for _ in range(60):
        loss = model.losses(ImageBatch(x), draws)["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def replace_settings(settings: dict[str, float]) -> NetSpec:
    return NetSpec(**{name: getattr(SPEC, name) for name in SPEC.__struct_fields__} | {"settings": settings})


def test_its_loss_compares_with_the_clean_image(x: torch.Tensor) -> None:
    model = build(replace_settings({"added_noise": 0.5}))
    spoiled = corrupt_by_degrees(x, Corruption(added_noise=0.5), seeded(8))
    expected = (model.decode(model.encode(spoiled).mean) - x).square().mean()
    torch.testing.assert_close(model.losses(ImageBatch(x), seeded(8))["mse"], expected)


def test_who_was_trained_so_cleans() -> None:
    family = find_family("ae")
    assert not family.cleans({})
    assert all(family.cleans({name: 1}) for name in ("added_noise", "holes", "blur"))
    assert not find_family("gaussian-vae").cleans({"noise": 1})
    assert replace(Corruption.of({"beta": 3, "holes": 2}), holes=0) == Corruption()
