"""Fields other than the picture: what the model does to space, and how the engine serves them."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec import structs

from latent_explorer.bundles import read_config, read_latents, read_weights
from latent_explorer.engine import model_service
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.nearest import NEAR, FindNearest, NearestImages
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.loop import WorkList
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures, Values
from latent_explorer.fields import FIELDS, layer_fields
from latent_explorer.fields.consistency import inconsistency
from latent_explorer.fields.stretch import differences, jacobian, log_stretch
from latent_explorer.nets.families import TRUNK_NAMES
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_model
from latent_explorer.service.codec import Numbered, Refused

NAMES = [field.name for field in layer_fields() if not (field.needs_variance or field.fleeting)]
Z = np.random.default_rng(0).standard_normal((150, 2)).astype(np.float32)


def small_net(latent_dim: int, trunk: str = "dense") -> LatentModel:
    torch.manual_seed(latent_dim)
    hidden = (12,) if trunk == "dense" else (24, 24)
    spec = NetSpec(family="ae", trunk=trunk, image_shape=(4, 5, 1), latent_dim=latent_dim, hidden=hidden)
    return build(spec).double().eval()


def without_gradients(measure, model: LatentModel, z: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return measure(model, z)


def values(folder: Path, field: str, z: np.ndarray) -> np.ndarray:
    replies = serve_inline([Open(1, str(folder)), Evaluate(2, field, z)])
    return np.concatenate([reply.content for reply in replies if isinstance(reply, Values)])


@pytest.mark.parametrize("trunk", TRUNK_NAMES)
@pytest.mark.parametrize("latent_dim", [1, 2, 6])
def test_the_stretch_is_that_of_the_jacobian_by_autograd(latent_dim: int, trunk: str) -> None:
    """Of every trunk, those with a ReLU included; in float32 too, against derivatives in float64."""
    model, z = small_net(latent_dim, trunk), torch.randn(40, latent_dim, dtype=torch.float64)
    expected = []
    for point in z:
        j = torch.autograd.functional.jacobian(lambda each: model.decode(each[None])[0].flatten(), point)
        np.testing.assert_allclose(without_gradients(jacobian, model, point[None])[0], j, rtol=1e-9, atol=1e-12)
        expected.append(0.5 * torch.linalg.slogdet(j.T @ j).logabsdet.item() / math.log(10))
    np.testing.assert_allclose(without_gradients(log_stretch, model, z), expected, rtol=1e-9)
    np.testing.assert_allclose(without_gradients(log_stretch, model.float(), z.float()), expected, atol=1e-3)


def test_derivatives_are_taken_where_a_relu_bends_too() -> None:
    """Close to a bend the slope is that of its own side; differences across it have a slope between the two."""
    model, z = small_net(1, "lean"), torch.zeros(1, 1, dtype=torch.float64)
    with torch.no_grad():
        model.decoder[0].bias.fill_(-1e-9)  # every unit of the first layer bends next to the place
    exact = torch.autograd.functional.jacobian(lambda each: model.decode(each)[0].flatten(), z)[:, 0]
    np.testing.assert_allclose(without_gradients(jacobian, model, z)[0], exact, rtol=1e-9, atol=1e-12)
    assert (without_gradients(differences, model, z)[0] - exact).abs().max() > 1e-3


def test_a_decoder_that_cannot_be_differentiated_gets_differences(caplog: pytest.LogCaptureFixture) -> None:
    model, z = small_net(2), torch.randn(5, 2, dtype=torch.float64)
    expected = without_gradients(jacobian, model, z)
    decode = model.decode
    model.decode = torch.no_grad()(decode)
    np.testing.assert_allclose(without_gradients(jacobian, model, z), expected, atol=1e-6)
    assert "by central differences" in caplog.text


def test_the_engine_takes_exact_derivatives(small_bundle: Path) -> None:
    """Its packed kernels have none, and are not asked."""
    config = read_config(small_bundle)
    model = load_model(config.net, read_weights(small_bundle, config)).double()
    expected = without_gradients(log_stretch, model, torch.from_numpy(Z).double())
    np.testing.assert_allclose(values(small_bundle, "stretch", Z)[:, 0], expected, atol=1e-4)


def test_a_flat_decoder_has_a_finite_stretch() -> None:
    model = small_net(2)
    for weights in model.decoder.parameters():
        torch.nn.init.zeros_(weights)
    assert torch.isfinite(without_gradients(log_stretch, model, torch.randn(3, 2, dtype=torch.float64))).all()


@pytest.mark.parametrize("family", ["ae", "vae"])
def test_consistency_is_by_the_encoder_alone(family: str) -> None:
    spec = NetSpec(family=family, trunk="dense", image_shape=(4, 5, 1), latent_dim=2, hidden=(12,))
    settings = {"refinements": 2} if family == "vae" else {}
    torch.manual_seed(0)
    model, z = build(structs.replace(spec, settings=settings)).eval(), torch.randn(5, 2)
    found = without_gradients(inconsistency, model, z)
    again = model.encoder(model.decode(z)).detach()[:, :2]
    np.testing.assert_allclose(found, np.linalg.norm(again - z, axis=1), rtol=1e-6)
    assert (found > 0).all()
    if settings:
        refined = model.encode(model.decode(z)).mean.detach()
        assert (refined - again).abs().max() > 1e-3


@pytest.mark.parametrize("field", NAMES)
def test_every_field_comes_in_slices_in_order(small_bundle: Path, field: str) -> None:
    replies = serve_inline([Open(1, str(small_bundle)), Evaluate(2, field, Z)])[1:]
    assert [reply.start for reply in replies] == list(np.cumsum([0, *(len(reply.content) for reply in replies[:-1])]))
    found = np.concatenate([reply.content for reply in replies])
    assert found.shape == (len(Z), FIELDS[field].channels)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.std(0).max() > 0
    np.testing.assert_allclose(found[77:78], values(small_bundle, field, Z[77:78]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("field", NAMES)
def test_every_field_is_there_in_more_dimensions(wide_bundle: Path, field: str) -> None:
    z = np.random.default_rng(1).standard_normal((20, 5)).astype(np.float32)
    assert np.isfinite(values(wide_bundle, field, z)).all()


def test_the_error_on_an_image_is_its_own(small_bundle: Path) -> None:
    latents = read_latents(small_bundle, read_config(small_bundle))
    found = values(small_bundle, "error", latents.mean)[:, 0]
    np.testing.assert_allclose(found, latents.error, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Evaluate(2, "beauty", Z), "no field called 'beauty'"),
        (Evaluate(2, "density", np.zeros((4, 7), np.float32)), "2 dimensions"),
        (Evaluate(2, "stretch", np.full((4, 2), np.nan, np.float32)), "finite"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(small_bundle: Path, request_: Evaluate, words: str) -> None:
    _, refused = serve_inline([Open(1, str(small_bundle)), request_])
    assert isinstance(refused, Refused)
    assert words in refused.reason


def test_fields_of_the_data_wait_for_the_index_and_hold_up_nothing(small_bundle: Path) -> None:
    tasks, woken = [], []
    work = WorkList(ModelService(lambda: woken.append(True), run=tasks.append))
    requests = [Open(1, str(small_bundle)), Evaluate(2, "veil", Z), Evaluate(3, "stretch", Z), Decode(4, Z)]
    assert not list(work.add(requests))
    before = until_idle(work)
    assert list(dict.fromkeys(reply.number for reply in before)) == [1, 4, 3]
    assert not work.finished
    tasks.pop()()
    assert woken
    after = until_idle(work)
    assert {reply.number for reply in after} == {2}
    assert work.finished


def test_pictures_come_before_values(small_bundle: Path) -> None:
    replies = serve_inline([Open(1, str(small_bundle)), Evaluate(2, "stretch", Z), Decode(3, Z)])[1:]
    kinds = [type(reply) for reply in replies]
    assert kinds == sorted(kinds, key=[Pictures, Values].index)


def until_idle(work: WorkList) -> list[Numbered]:
    replies = []
    while not work.idle:
        replies += work.advance()
    return replies


@pytest.mark.parametrize("bundle", ["small_bundle", "wide_bundle"])
def test_the_nearest_images_are_those_of_all_distances(request, bundle: str) -> None:
    folder = request.getfixturevalue(bundle)
    means = read_latents(folder, read_config(folder)).mean
    replies = serve_inline([Open(1, str(folder)), FindNearest(2, means)])[1:]
    found = np.concatenate([reply.content for reply in replies if isinstance(reply, NearestImages)])
    distances = np.linalg.norm(means[:, None].astype(np.float64) - means[None], axis=2)
    np.testing.assert_array_equal(found, np.argsort(distances, axis=1)[:, :NEAR])
    assert found[:, 0].tolist() == list(range(len(means)))


def test_data_that_cannot_be_indexed_are_told_of_and_the_model_is_served(
    small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room for a tree")

    monkeypatch.setattr(model_service, "index_dataset", fail)
    opened, decoded, refused = serve_inline([Open(1, str(small_bundle)), Evaluate(2, "veil", Z), Decode(3, Z[:4])])
    assert isinstance(opened, Opened)
    assert isinstance(decoded, Pictures)
    assert isinstance(refused, Refused)
    assert "no room for a tree" in refused.reason


def test_only_the_index_of_the_bundle_that_is_open_is_used(small_bundle: Path, wide_bundle: Path) -> None:
    tasks = []
    service = ModelService(lambda: None, run=tasks.append)
    for bundle in (small_bundle, wide_bundle):
        service.open_bundle(bundle)
        service.index_dataset()
    second, first = tasks.pop(), tasks.pop()
    second()
    first()
    assert service.index.latents.mean.shape[1] == 5
