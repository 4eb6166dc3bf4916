"""The gradient that is written out is that of autograd, for every dense network."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.dense_step import DenseGradients, gradients_of
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.gradients import Autograd

FAMILIES = ("ae", "vae")


def flat_weights(spec: NetSpec, precision: Precision = "float32", scale: float = 1.0) -> FlatWeights:
    torch.manual_seed(0)
    model = build(spec)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(scale)
    return FlatWeights(model, Recipe(), precision)


def both(flat: FlatWeights, count: int, prior: float, weight: float) -> list[tuple[dict[str, Tensor], Tensor]]:
    """Losses and gradient by autograd, and as written out. The encoder sees other images than are compared with."""
    height, width, channels = flat.model.spec.image_shape
    x = torch.rand(count, channels, height, width)
    seen, found = x * (torch.rand_like(x) > 0.3), []
    for gradients in (Autograd(flat), DenseGradients(flat)):
        flat.gradient.fill_(7)  # what was there before does not count
        draws = Draws(torch.Generator().manual_seed(1))
        losses = gradients.find(x, seen, draws, prior=prior, weight=weight)
        found.append((losses, torch.cat([view.flatten() for view in flat.views(flat.gradient)])))
    return found


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(FAMILIES),
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3)),
    st.integers(1, 5),
    st.lists(st.integers(1, 40), max_size=3),
    st.integers(1, 9),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from((0.5, 1.0, 40.0)),
)
def test_losses_and_gradient_are_those_of_autograd(
    family: str,
    shape: tuple[int, int, int],
    latent_dim: int,
    hidden: list[int],
    count: int,
    prior: float,
    weight: float,
    scale: float,
) -> None:
    spec = NetSpec(
        family=family, trunk="dense", image_shape=shape, latent_dim=latent_dim, hidden=tuple(hidden), beta=0.7
    )
    (losses, gradient), (written, found) = both(flat_weights(spec, scale=scale), count, prior, weight)
    assert list(losses) == list(written)
    for name, loss in losses.items():
        torch.testing.assert_close(written[name], loss, rtol=1e-5, atol=1e-6)
    assert (found - gradient).norm() <= 1e-5 * gradient.norm() + 1e-12


@pytest.mark.parametrize("family", FAMILIES)
def test_in_bfloat16_it_is_as_near_to_the_exact_gradient_as_autograd_is(family: str) -> None:
    spec = NetSpec(family=family, trunk="dense", image_shape=(9, 7, 3), latent_dim=3, hidden=(96, 32))
    exact = both(flat_weights(spec), 64, 0.5, 1)[0]
    by_autograd, written = both(flat_weights(spec, "bfloat16"), 64, 0.5, 1)
    for name, loss in exact[0].items():
        torch.testing.assert_close(written[0][name], loss, rtol=1e-2, atol=1e-3)
    apart = [(each[1] - exact[1]).norm() / exact[1].norm() for each in (by_autograd, written)]
    assert 0 < apart[1] < 0.02  # bfloat16 has eight bits
    assert apart[1] < 1.1 * apart[0]


def test_where_the_variance_is_cut_it_has_no_slope() -> None:
    spec = NetSpec(family="vae", trunk="dense", image_shape=(4, 4, 1), latent_dim=2, hidden=(8,))
    flat = flat_weights(spec)
    with torch.no_grad():
        flat.exact.encoder[-1].bias[2:] = torch.tensor([9.0, -20.0])  # type: ignore[index, union-attr]
    (_, gradient), (_, found) = both(flat, 5, 1, 1)
    torch.testing.assert_close(found, gradient, rtol=1e-5, atol=1e-6)
    *_, by_bias = flat.views(flat.gradient)[: len(list(flat.model.encoder.parameters()))]
    assert by_bias[2:].tolist() == [0, 0]
    assert (by_bias[:2] != 0).all()


@pytest.mark.parametrize(
    ("family", "trunk", "kind"),
    [
        ("ae", "dense", DenseGradients),
        ("vae", "dense", DenseGradients),
        ("vae", "lean", Autograd),
        ("ae", "conv", Autograd),
    ],
)
def test_other_networks_go_through_autograd(family: str, trunk: str, kind: type) -> None:
    spec = NetSpec(family=family, trunk=trunk, image_shape=(8, 8, 1), latent_dim=2, hidden=(8,))
    assert type(gradients_of(flat_weights(spec))) is kind
