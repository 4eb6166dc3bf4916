"""Every family on every trunk, whatever the picture and the latent dimension."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.errors import UserError
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import TRUNKS
from latent_explorer.nets.weights import parameter_shapes

specs = st.builds(
    NetSpec,
    family=st.sampled_from(["ae", "vae"]),
    trunk=st.sampled_from(sorted(TRUNKS)),
    image_shape=st.tuples(st.integers(1, 17), st.integers(1, 17), st.sampled_from([1, 3])),
    latent_dim=st.integers(1, 6),
    hidden=st.lists(st.integers(1, 9), max_size=4).map(tuple),
)


@settings(deadline=None)
@given(specs, st.integers(1, 5))
def test_pictures_and_latents_keep_their_shapes_and_ranges(spec: NetSpec, count: int) -> None:
    height, width, channels = spec.image_shape
    model = build(spec)
    pictures = torch.rand(count, channels, height, width)
    posterior = model.encode(pictures)
    decoded = model.decode(posterior.sample())
    assert posterior.mean.shape == (count, spec.latent_dim)
    assert (posterior.log_variance is not None) == model.family.has_variance
    assert decoded.shape == pictures.shape
    assert decoded.min() >= 0
    assert decoded.max() <= 1


@settings(deadline=None)
@given(specs)
def test_every_weight_is_reached_by_the_loss(spec: NetSpec) -> None:
    height, width, channels = spec.image_shape
    model = build(spec)
    losses = model.losses(ImageBatch(torch.rand(3, channels, height, width)))
    losses["loss"].backward()
    assert all(loss.shape == () and loss.isfinite() for loss in losses.values())
    assert all(weight.grad is not None for weight in model.parameters())


@settings(deadline=None)
@given(specs)
def test_the_shapes_are_known_without_building(spec: NetSpec) -> None:
    built = {name: tuple(tensor.shape) for name, tensor in build(spec).state_dict().items()}
    assert parameter_shapes(spec) == built


def test_the_losses_are_those_of_the_papers() -> None:
    spec = NetSpec(family="vae", trunk="dense", image_shape=(2, 2, 1), latent_dim=2, hidden=(), settings={"beta": 3.0})
    model = build(spec)
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)
    losses = model.losses(ImageBatch(torch.rand(5, 1, 2, 2)))
    assert losses["kl"].item() == 0
    assert losses["reconstruction"].item() == pytest.approx(4 * math.log(2))
    model.encoder[-1].bias.data[0] = 2.0
    losses = model.losses(ImageBatch(torch.rand(5, 1, 2, 2)))
    assert losses["kl"].item() == pytest.approx(2.0)
    assert losses["loss"].item() == pytest.approx(4 * math.log(2) + 3 * 2.0)
    assert model.losses(ImageBatch(torch.rand(5, 1, 2, 2), torch.rand(5, 1, 2, 2), prior=0.5))["loss"].item() == (
        pytest.approx(4 * math.log(2) + 3.0)
    )


@pytest.mark.parametrize(
    ("field", "known"),
    [("family", "ae, .*vae.*install that package"), ("trunk", "conv, dense, lean, residual, resnet")],
)
def test_an_unknown_name_lists_the_known_ones(field: str, known: str) -> None:
    values = {"family": "vae", "trunk": "dense", field: "flow"}
    with pytest.raises(UserError, match=f"'flow': expected one of {known}"):
        build(NetSpec(image_shape=(4, 4, 1), latent_dim=2, hidden=(), **values))
