"""The families that are given the class: latents of style, which tell nothing of it."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn.functional import max_pool2d

from latent_explorer.errors import TrainingError
from latent_explorer.nets import conditional
from latent_explorer.nets.conditional import Restyling, discrepancy
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.families import find_family
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

BOTH = pytest.mark.parametrize("family", ["cvae", "cae"])


def network(family, trunk="dense", channels=1, **settings):
    torch.manual_seed(0)
    shape = (7, 6, channels)
    return build(
        NetSpec(family=family, trunk=trunk, image_shape=shape, latent_dim=2, hidden=(32,), classes=3, settings=settings)
    )


def draws(seed: int = 1) -> Draws:
    return Draws(torch.Generator().manual_seed(seed))


@BOTH
@pytest.mark.parametrize(("trunk", "channels"), [("dense", 1), ("conv", 3)])
def test_the_picture_has_the_class_and_the_latent_has_not(family, trunk, channels) -> None:
    model = network(family, trunk, channels).eval()
    x, labels = torch.rand(4, channels, 7, 6), torch.tensor([0, 1, 2, 1])
    z = model.encode(x, labels).mean
    assert z.shape == (4, 2)
    torch.testing.assert_close(model.encode(x).mean, z)
    assert not torch.allclose(model.decode(z, labels), model.decode(z, (labels + 1) % 3))
    assert model.decode(z, labels).shape == x.shape


@BOTH
def test_every_weight_follows_its_loss(family) -> None:
    model = network(family)
    loss = model.losses(ImageBatch(torch.rand(9, 1, 7, 6), labels=torch.arange(9) % 3), draws())["loss"]
    found = torch.autograd.grad(loss, list(model.parameters()))
    assert all(each.isfinite().all() and each.abs().sum() > 0 for each in found)


@BOTH
def test_one_image_and_one_class_are_enough_for_a_step(family) -> None:
    for count in (1, 2):
        batch = ImageBatch(torch.rand(count, 1, 7, 6), labels=torch.zeros(count, dtype=torch.int64))
        found = network(family).losses(batch, draws())
        assert all(loss.isfinite() for loss in found.values())


@BOTH
def test_without_classes_it_does_not_train(family) -> None:
    with pytest.raises(TrainingError, match="is given the class of each image"):
        network(family).losses(ImageBatch(torch.rand(2, 1, 7, 6)), draws())


@pytest.mark.parametrize("prior", [0.0, 0.5])
def test_the_loss_is_the_sum_of_its_parts(prior: float) -> None:
    batch = ImageBatch(torch.rand(12, 1, 7, 6), labels=torch.arange(12) % 3, prior=prior)
    told = network("cvae", beta=2.0, independence=30.0, consistency=3.0, strokes=5.0).losses(batch, draws())
    expected = told["reconstruction"] + prior * (2 * told["kl"] + 30 * told["dependence"]) + 3 * told["style"]
    expected = expected + 5 * told["untold"]
    assert told["loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    told = network("cae", independence=30.0, consistency=3.0, strokes=5.0).losses(batch, draws())
    expected = 42 * told["mse"] + prior * 30 * told["dependence"] + 3 * told["style"] + 5 * told["untold"]
    assert told["loss"].item() == pytest.approx(expected.item(), rel=1e-5)


@BOTH
@pytest.mark.parametrize(
    ("setting", "term"), [("consistency", "style"), ("independence", "dependence"), ("strokes", "untold")]
)
def test_a_term_without_weight_is_neither_computed_nor_reported(family, setting, term) -> None:
    batch = ImageBatch(torch.rand(12, 1, 7, 6), labels=torch.arange(12) % 3)
    weights = {"consistency": 2.0, "independence": 30.0, "strokes": 5.0}
    found, without = (network(family, **each).losses(batch, draws()) for each in (weights, weights | {setting: 0.0}))
    assert list(without) == [name for name in found if name != term]
    assert list(found) == list(find_family(family).labels())
    expected = found["loss"] - weights[setting] * found[term]
    assert without["loss"].item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_discrepancy_is_nothing_where_all_classes_are_spread_alike_and_grows_with_what_tells_them() -> None:
    z, labels = torch.randn(900, 2, generator=torch.Generator().manual_seed(0)), torch.arange(900) % 3
    others = torch.randn(900, 2, generator=torch.Generator().manual_seed(1))
    apart = [torch.tensor([[0.0, 0.0], [d, 0.0], [0.0, d]])[labels] for d in (0.0, 0.5, 1.0, 3.0)]
    for prior in (None, others):
        found = [discrepancy(z + each, labels, 3, prior).item() for each in apart]
        assert abs(found[0]) < 0.02
        assert all(later > earlier + 0.01 for earlier, later in pairwise(found))
    narrow = torch.where(labels == 0, 0.3, 1.0)[:, None]
    assert discrepancy(narrow * z, labels, 3).item() > 0.01
    assert abs(discrepancy(0.3 * z, labels, 3).item()) < 0.02
    assert discrepancy(0.3 * z, labels, 3, others).item() > 0.05


def test_other_classes_are_others_all_alike_often() -> None:
    model, labels = network("cvae"), torch.arange(3000) % 3
    other = model.other_classes(labels, draws())
    assert (other != labels).all()
    steps = (other - labels) % 3
    assert abs((steps == 1).float().mean().item() - 0.5) < 0.05


def test_an_image_that_is_restyled_keeps_its_range_and_moves() -> None:
    x = torch.rand(5, 1, 7, 6)
    restyling = Restyling.drawn(x, draws())
    found = restyling.of(x)
    assert found.shape == x.shape
    assert found.min() >= 0
    assert found.max() <= 1
    assert (found - x).abs().flatten(1).mean(1).min() > 1e-3
    grid = torch.nn.functional.affine_grid(torch.eye(2, 3).expand(5, 2, 3), list(x.shape), align_corners=False)
    still = Restyling(grid, torch.zeros(5, 1, 1, 1))
    torch.testing.assert_close(still.of(x), x)
    wider, narrower = (Restyling(grid, torch.full((5, 1, 1, 1), by)).of(x).mean() for by in (0.5, -0.5))
    assert narrower < x.mean() < wider


@pytest.mark.parametrize("shape", [(3, 2, 7, 5), (2, 1, 1, 4), (2, 1, 2, 2)])
def test_the_widest_is_what_torch_pools(shape) -> None:
    x = torch.randn(shape)
    torch.testing.assert_close(conditional._widest(x), max_pool2d(x, 3, 1, 1))


@BOTH
def test_it_learns_to_part_the_class_from_the_rest(family) -> None:
    """Bars of three places, the class, and of many levels of grey, the style: under another class the level stays."""
    random = np.random.default_rng(0)
    labels, grey = torch.from_numpy(np.arange(120) % 3), torch.from_numpy(random.uniform(0.3, 1, 120)).float()
    x = torch.zeros(120, 1, 7, 6)
    x[torch.arange(120), 0, 2 * labels] = grey[:, None]
    model = network(family, independence=30.0)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimiser.zero_grad()
        torch.autograd.backward(model.losses(ImageBatch(x, labels=labels), draws())["loss"])
        optimiser.step()
    model.eval()
    with torch.inference_mode():
        other = (labels + 1) % 3
        made = model.decode(model.encode(x).mean, other)[:, 0].mean(2)
    rows = made[:, [0, 2, 4]]
    assert (rows.argmax(1) == other).float().mean() > 0.95
    assert np.corrcoef(rows.max(1).values.numpy(), grey.numpy())[0, 1] > 0.8
