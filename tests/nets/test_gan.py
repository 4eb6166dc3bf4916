"""The GAN: its losses, penalties shared among processes, the pull towards images, and its parts."""

from dataclasses import replace

import msgspec
import pytest
import torch
from torch import nn

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.gan import GenerativeAdversarialNetwork
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Recipe
from latent_explorer.training.optimiser import Optimiser

SPEC = NetSpec(family="gan", trunk="conv", image_shape=(9, 10, 3), latent_dim=3, hidden=(4, 8, 8))
DENSE = NetSpec(family="gan", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=(16, 8))


def model_of(spec: NetSpec, **settings: float) -> GenerativeAdversarialNetwork:
    torch.manual_seed(0)
    model = build(msgspec.structs.replace(spec, settings=settings))
    assert isinstance(model, GenerativeAdversarialNetwork)
    return model


def images_of(spec: NetSpec, count: int) -> torch.Tensor:
    height, width, channels = spec.image_shape
    return torch.rand(count, channels, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("spec", [SPEC, DENSE], ids=["convolutional", "dense"])
def test_pictures_have_the_shape_of_images_and_are_judged(spec: NetSpec) -> None:
    model, x = model_of(spec), images_of(spec, 5)
    assert model.decode(torch.zeros(5, spec.latent_dim)).shape == x.shape
    assert model.discriminator is not None
    assert model.discriminator(x).shape == (5, 1)
    assert any(isinstance(layer, nn.ConvTranspose2d) for layer in model.decoder.modules()) == (spec is SPEC)


def test_the_penalty_is_the_slope_of_the_discriminator_at_images_and_pictures() -> None:
    model, x = model_of(DENSE, gradient_penalty=3.0), images_of(DENSE, 8)
    weights = torch.randn(36, generator=torch.Generator().manual_seed(2))
    linear = nn.Linear(36, 1)
    with torch.no_grad():
        linear.weight.copy_(weights[None])
    model.discriminator = nn.Sequential(nn.Flatten(), linear)
    found = model.losses(ImageBatch(x, phase="discriminator"))
    # of a linear one the slope is the same at each image, and at each picture
    assert found["penalty"].item() == pytest.approx(3 / 2 * 2 * weights.square().sum().item(), rel=1e-5)
    plain = model_of(DENSE, gradient_penalty=0.0)
    assert plain.losses(ImageBatch(x, phase="discriminator"))["penalty"].item() == 0


def test_the_penalty_reaches_the_weights_by_a_second_backward_pass() -> None:
    gradients = []
    for weight in (0.0, 5.0):
        model, draws = model_of(SPEC, gradient_penalty=weight), Draws(torch.Generator().manual_seed(3))
        loss = model.losses(ImageBatch(images_of(SPEC, 8), phase="discriminator"), draws)["discriminator"]
        assert model.discriminator is not None
        (gradient,) = torch.autograd.grad(loss, [next(model.discriminator.parameters())])
        gradients.append(gradient)
    assert not torch.allclose(*gradients)


@pytest.mark.parametrize("searches", [0, 2])
def test_processes_that_share_a_batch_add_up_to_one_that_has_it_all(searches: int) -> None:
    model, x = model_of(SPEC, pull=0.1, searches=searches), images_of(SPEC, 24)
    for phase in ("discriminator", "generator"):
        whole = model.losses(ImageBatch(x, phase=phase), Draws(torch.Generator().manual_seed(4)))
        shares = [slice(0, 7), slice(7, 20), slice(20, 24)]
        sums = dict.fromkeys(whole, 0.0)
        for share in shares:
            own = Draws(torch.Generator().manual_seed(4), share.start, len(x))
            part = model.losses(ImageBatch(x[share], phase=phase), own)
            sums = {name: sums[name] + part[name].item() * len(x[share]) / len(x) for name in sums}
        assert sums == pytest.approx({name: loss.item() for name, loss in whole.items()}, rel=1e-4)


def test_losses_are_measured_where_nothing_can_be_learned() -> None:
    model = model_of(SPEC).eval()
    with torch.inference_mode():
        measured = model.losses(ImageBatch(images_of(SPEC, 16)), Draws(torch.Generator().manual_seed(5)))
    learned = model.losses(ImageBatch(images_of(SPEC, 16)), Draws(torch.Generator().manual_seed(5)))
    assert list(measured) == list(model.family.labels())
    for name, loss in learned.items():
        assert measured[name].item() == pytest.approx(loss.item(), rel=1e-4)


def test_images_pull_the_nearest_pictures_towards_them() -> None:
    torch.manual_seed(0)
    x = (images_of(DENSE, 4) > 0.7).float().repeat(8, 1, 1, 1)  # four patterns
    errors = {}
    for pull in (0.0, 1.0):
        model = model_of(DENSE, pull=pull)
        optimiser, generator = Optimiser(model, Recipe(batch_size=32), "float32"), torch.Generator().manual_seed(6)
        for _ in range(60):
            optimiser.learn(ImageBatch(x), Draws(generator), weight=1, rate=1e-2, fresh=1.0)
        assert optimiser.verdict() is None
        with torch.inference_mode():
            pictures = model.decode(torch.randn(500, 2, generator=generator)).flatten(1)
            errors[pull] = torch.cdist(x.flatten(1), pictures).min(1).values.square().mean().item()
    assert errors[1.0] < 0.8 * errors[0.0]


def pulled(model: GenerativeAdversarialNetwork, x: torch.Tensor, draws: Draws) -> float:
    with torch.no_grad():
        return float(model._pull(x, draws))


def test_a_search_pulls_fewer_pictures_that_are_nearer() -> None:
    x, pulls = images_of(DENSE, 64), {}
    for searches in (0, 1, 4):
        model = model_of(DENSE, pull=1.0, searches=searches)
        pulls[searches] = pulled(model, x[::4].repeat_interleave(4, 0), Draws(torch.Generator().manual_seed(7)))
    assert max(pulls[1], pulls[4]) < pulls[0]  # of the same images, however few of them are looked at


def test_a_share_of_a_batch_without_an_image_to_search_for_pulls_nothing() -> None:
    model, x = model_of(DENSE, pull=1.0, searches=2), images_of(DENSE, 2)
    assert pulled(model, x, Draws(torch.Generator().manual_seed(8), first=1, count=16)) == 0


def test_a_search_is_made_in_full_precision() -> None:
    pulls = []
    for enabled in (False, True):
        model, x = model_of(DENSE, pull=1.0, searches=3), images_of(DENSE, 16)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            pulls.append(pulled(model, x, Draws(torch.Generator().manual_seed(9))))
    assert pulls[0] == pytest.approx(pulls[1], rel=0.01)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_each_phase_teaches_its_own_part(precision: str) -> None:
    model = model_of(SPEC)
    optimiser = Optimiser(model, Recipe(batch_size=16), precision)  # type: ignore[arg-type] # a parameter
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    losses = optimiser.learn(ImageBatch(images_of(SPEC, 16)), Draws(), weight=1, rate=1e-3, fresh=0.5)
    assert list(losses) == list(model.family.labels())
    assert optimiser.verdict() is None
    still = [name for name, weight in model.named_parameters() if torch.equal(before[name], weight)]
    assert all(name.endswith("bias") for name in still)  # the last ones: only differences of what is said count


def test_a_factor_of_a_phase_slows_its_part_alone() -> None:
    moved = {}
    for rate in (1.0, 0.1):
        model = model_of(DENSE)
        phases = model.family.phases
        slower = (phases[0], replace(phases[1], rate=rate))
        model.family = replace(model.family, phases=slower)
        optimiser = Optimiser(model, Recipe(batch_size=16), "float32")
        before = [weight.clone() for weight in model.decoder.parameters()]
        optimiser.learn(ImageBatch(images_of(DENSE, 16)), Draws(), weight=1, rate=1e-3, fresh=0.5)
        moved[rate] = sum(
            (new - old).abs().sum().item() for new, old in zip(model.decoder.parameters(), before, strict=True)
        )
    assert moved[0.1] == pytest.approx(0.1 * moved[1.0], rel=0.05)


def test_initial_weights_are_as_much_larger_but_for_the_last_layer() -> None:
    for spec in (SPEC, DENSE):
        usual, larger = (model_of(spec, initial_scale=scale) for scale in (1.0, 2.0))
        pairs = list(zip(usual.decoder.parameters(), larger.decoder.parameters(), strict=True))
        *inner, last = [place for place, (weight, _) in enumerate(pairs) if weight.dim() > 1]
        for place, (before, after) in enumerate(pairs):
            torch.testing.assert_close(after, before * (2 if place in inner else 1))
        assert last > max(inner)
        z = torch.randn(50, spec.latent_dim, generator=torch.Generator().manual_seed(8))
        spreads = [model.decode_logits(z).std(0).mean().item() for model in (usual, larger)]
        assert spreads[1] > 2 * spreads[0]


def test_convolutions_judge_beside_a_dense_critic() -> None:
    assert not any(isinstance(layer, nn.Conv2d) for layer in model_of(DENSE).modules())
    model, x = model_of(DENSE, convolutions=4, gradient_penalty=1.0), images_of(DENSE, 8)
    assert model.discriminator is not None
    channels = [layer.out_channels for layer in model.discriminator.modules() if isinstance(layer, nn.Conv2d)]
    assert channels == [4, 8]
    loss = model.losses(ImageBatch(x, phase="discriminator"), Draws(torch.Generator().manual_seed(9)))["discriminator"]
    gradients = torch.autograd.grad(loss, [each for each in model.discriminator.parameters() if each.dim() > 1])
    assert all(gradient.abs().sum() > 0 for gradient in gradients)


@pytest.mark.parametrize(("count", "each"), [(8, 4), (6, 6), (4, 4), (0, 4)])
def test_a_critic_with_groups_sees_the_mean_of_each_images_own(count: int, each: int) -> None:
    model, x = model_of(DENSE, group=4), images_of(DENSE, count)
    assert model.discriminator is not None
    seen = nn.Sequential(*list(model.discriminator.children())[:2])(x)
    flat = x.flatten(1)
    means = [part.mean(0, keepdim=True).expand(len(part), -1) for part in torch.split(flat, each)]
    torch.testing.assert_close(seen, torch.cat([flat, 3 * torch.cat(means)], 1))
    assert model.discriminator(x).shape == (count, 1)


def test_the_penalty_does_not_mix_images_and_pictures_in_a_group() -> None:
    """Of three at most in a group of four, all are one: images and pictures together would be another."""
    model, x = model_of(DENSE, group=4, gradient_penalty=2.0), images_of(DENSE, 24)
    found = model._penalty(x, x, 0)
    alone = model._penalty(x, torch.zeros_like(x), 0) + model._penalty(torch.zeros_like(x), x, 0)
    nothing = model._penalty(torch.zeros_like(x), torch.zeros_like(x), 0)
    assert (found + nothing).item() == pytest.approx(alone.item(), rel=1e-5)
