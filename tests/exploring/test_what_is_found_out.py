"""What `explore` finds out of functions and data before a window opens, and what it says where they do not fit."""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latent_explorer.errors import EngineError, UserError
from latent_explorer.exploring.opening import Given, found_out
from latent_explorer.exploring.temporary_bundle import Explored

RNG = np.random.default_rng(0)
Z = RNG.standard_normal((40, 5)).astype(np.float32)
WEIGHTS = (RNG.standard_normal((5, 3 * 6 * 4)) / 8).astype(np.float32)


def painted(z: Any) -> Any:
    """Pictures (n, 3, 6, 4) in 0..1, by numpy or torch."""
    if isinstance(z, Tensor):
        return (z @ torch.from_numpy(WEIGHTS)).sigmoid().reshape(-1, 3, 6, 4)
    return (1 / (1 + np.exp(-z @ WEIGHTS))).reshape(-1, 3, 6, 4)


def explored(**given: Any) -> Explored:
    return found_out(Given(**{"decoder": painted, "latents": Z, **given}))


def pictures(found: Explored, z: Any = Z) -> Any:
    return found.model.decoder(torch.from_numpy(np.asarray(z, np.float32).reshape(len(z), -1)))


FORMS: dict[str, Callable[[Any], Any]] = {
    "numpy (n, c, h, w)": painted,
    "numpy (n, h, w, c)": lambda z: painted(z).transpose(0, 2, 3, 1),
    "uint8": lambda z: np.rint(painted(z) * 255).astype(np.uint8),
    "torch alone": lambda z: painted(z.clamp(-99, 99)),
    "float64": lambda z: painted(z).astype(np.float64),
    "a tuple": lambda z: (painted(z), z, z),
    "diffusers": lambda z: SimpleNamespace(sample=painted(z)),
    "backwards in memory": lambda z: painted(z)[:, :, ::-1][:, :, ::-1],
}


@pytest.mark.parametrize("form", FORMS)
def test_pictures_in_any_form_are_read(form: str) -> None:
    found = explored(decoder=FORMS[form])
    assert found.model.decoder.form.shape == (6, 4, 3)
    assert np.abs(pictures(found).numpy() - painted(Z)).max() < 1 / 255


@pytest.mark.parametrize(
    ("decoder", "shape"),
    [
        (lambda z: painted(z)[:, 0], (6, 4, 1)),
        (lambda z: painted(z).reshape(-1, 72)[:, :36], (6, 6, 1)),
        (lambda z: np.repeat(painted(z).reshape(-1, 72), 2, 1)[:, :75], (5, 5, 3)),
    ],
)
def test_flat_pictures_are_squares(decoder: Any, shape: tuple[int, int, int]) -> None:
    assert explored(decoder=decoder).model.decoder.form.shape == shape


def test_flat_pictures_have_the_shape_of_the_images_or_one_that_is_passed() -> None:
    flat = lambda z: painted(z).reshape(-1, 72)  # noqa: E731
    with pytest.raises(UserError, match=r"\(40, 72\): pass image_shape=\(h, w\) or \(h, w, c\), whose product is 72"):
        explored(decoder=flat)
    assert np.allclose(pictures(explored(decoder=flat, images=painted(Z))), painted(Z), atol=1e-6)
    last = lambda z: painted(z).transpose(0, 2, 3, 1).reshape(-1, 72)  # noqa: E731
    found = explored(decoder=last, images=painted(Z).transpose(0, 2, 3, 1))
    assert np.allclose(pictures(found), painted(Z), atol=1e-6)
    assert explored(decoder=flat, image_shape=(9, 8)).model.decoder.form.shape == (9, 8, 1)


def test_latents_of_any_shape_reach_the_decoder_as_they_were() -> None:
    seen = []

    def decoder(z: Any) -> Any:
        seen.append(z.shape[1:])
        return painted(z.reshape(len(z), -1)[:, :5])

    found = explored(decoder=decoder, latents=torch.randn(20, 4, 3, 2, dtype=torch.float64))
    pictures(found, found.z)
    assert (found.flat.shape, set(seen)) == ((20, 24), {(4, 3, 2)})


class Codec(nn.Module):
    """Encodes means and variances, decodes logits; in half precision if asked."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down, self.up = nn.Linear(72, 10), nn.Linear(5, 72)
        self.dropout = nn.Dropout(0.5)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.down(x.flatten(1)).chunk(2, 1)
        return mean, log_variance

    def decode(self, z: Tensor) -> Tensor:
        return self.dropout(self.up(z)).reshape(-1, 3, 6, 4).sigmoid()


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16])
def test_a_model_encodes_the_images_itself(kind: torch.dtype) -> None:
    model, images = Codec().eval().to(kind), RNG.random((30, 3, 6, 4))
    found = found_out(Given(model, images))
    expected = model.encode(torch.from_numpy(images).to(kind))[0].float().detach()
    assert found.name == "Codec"
    assert np.allclose(found.z, expected, atol=2e-2 if kind == torch.bfloat16 else 1e-5)
    assert found.error is not None
    assert found.error.shape == (30,)
    assert not model.training
    assert all(each.requires_grad for each in model.parameters())


def test_after_it_the_model_can_be_trained() -> None:
    """What it was run under left no tensors behind that autograd refuses."""

    class Keeping(Codec):
        def decode(self, z: Tensor) -> Tensor:
            self.kept = self.up.weight * 1
            return torch.sigmoid(nn.functional.linear(z, self.kept, self.up.bias)).reshape(-1, 3, 6, 4)

    model = Keeping().eval()
    with torch.inference_mode():
        found = explored(decoder=model.decode)
        pictures(found)
    (model.up.weight * model.kept).sum().backward()


def test_modules_called_encoder_and_decoder_will_do() -> None:
    model = SimpleNamespace(
        encoder=nn.Sequential(nn.Flatten(), nn.Linear(36, 4)),
        decoder=nn.Sequential(nn.Linear(4, 36), nn.Sigmoid(), nn.Unflatten(1, (1, 6, 6))),
    )
    assert found_out(Given(model, RNG.random((30, 6, 6)))).z.shape == (30, 4)


def test_scikit_learns_ways_will_do() -> None:
    from sklearn.decomposition import PCA

    images = RNG.integers(0, 256, (50, 6, 4), np.uint8)
    pca = PCA(3).fit(images.reshape(50, -1) / 255)
    found = found_out(Given(pca, images))
    assert np.allclose(found.z, pca.transform(images.reshape(50, -1) / 255), atol=1e-4)
    assert found.name == "PCA"


@pytest.mark.parametrize(
    "returned",
    [
        lambda mean: mean,
        lambda mean: (mean, mean * 0),
        lambda mean: {"mu": mean, "logvar": mean * 0},
        lambda mean: SimpleNamespace(latent_dist=SimpleNamespace(mean=mean, std=1)),
        lambda mean: SimpleNamespace(latents=mean),
        lambda mean: torch.distributions.Normal(mean, torch.ones_like(mean)),
        lambda mean: (torch.distributions.Normal(mean, torch.ones_like(mean)), 7),
    ],
)
def test_of_what_an_encoder_returns_the_mean_is_taken(returned: Callable[[Any], Any]) -> None:
    found = found_out(
        Given(images=RNG.random((20, 3, 6, 4)), decoder=painted, encoder=lambda x: returned(x.flatten(1)[:, :5]))
    )
    assert found.z.shape == (20, 5)


def test_an_encoder_is_given_images_as_it_wants_them() -> None:
    images = RNG.integers(0, 256, (30, 6, 4, 3), np.uint8)
    own = images.reshape(30, -1)[:, :5].astype(np.float32)
    levels = lambda x: np.asarray(x).reshape(len(x), -1)[:, :5].astype(np.float32)  # noqa: E731
    assert explored(latents=own, images=images, encoder=levels).model.encoder.form.whole  # type: ignore[union-attr]
    first = images.transpose(0, 3, 1, 2).reshape(30, -1)[:, :5] / np.float32(255)
    form = explored(latents=first, images=images, encoder=levels).model.encoder.form  # type: ignore[union-attr]
    assert (form.layout, form.span) == ("nchw", (0, 1))


@pytest.mark.parametrize("span", [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)])
def test_pictures_and_images_in_other_spans_are_brought_into_ours(span: tuple[float, float]) -> None:
    low, high = span
    scaled = lambda z: painted(z) * (high - low) + low  # noqa: E731
    found = explored(decoder=scaled, value_range=span, images=scaled(Z))
    assert np.allclose(pictures(found), painted(Z), atol=1e-5)
    assert found.dataset is not None
    assert (found.dataset.images == np.rint(painted(Z) * 255).transpose(0, 2, 3, 1)).mean() > 0.99


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "minus one",
        {"decoder": lambda z: painted(z) * 2 - 1},
        r"values of -0\..*says 0\.\.1: pass value_range=\(-1, 1\)",
    ),
    ("levels", {"decoder": lambda z: painted(z) * 255}, r"pass value_range=\(0, 255\)"),
    ("logits", {"decoder": lambda z: painted(z) * 40 - 20}, r'pass activation="sigmoid" if they are logits'),
    ("narrow", {"value_range": (0, 255)}, r"says 0\.\.255: pass value_range=\(0, 1\)"),
    ("NaN", {"decoder": lambda z: painted(z) * np.nan}, r"NaN or infinite values in 100% of its pixels"),
    ("no batch", {"decoder": lambda z: painted(z)[0]}, r"gave an array \(3, 6, 4\) for 40 of \(40, 5\)"),
    ("channels", {"decoder": lambda z: painted(z)[:, :2]}, r"array \(40, 2, 6, 4\): expected .* with 1 or 3 channels"),
    (
        "raises",
        {"decoder": lambda z: painted(z[:, :3])},
        r"decoder cannot be called with numpy arrays of \(40, 5\).*Err",
    ),
    ("text", {"decoder": lambda z: "pictures"}, r"returned str: expected a tensor or an array of numbers"),
    ("no function", {"decoder": 7}, r"decoder: expected a function or an nn.Module, found int"),
    ("nothing", {"decoder": None}, r"explore needs decoder="),
    ("NaN latents", {"latents": np.where(Z > 2, np.nan, Z)}, r"latents: expected finite numbers, found NaN .* of 40"),
    ("far", {"latents": Z * 1e8}, r"latents: expected numbers within"),
    ("one axis", {"latents": Z[0]}, r"latents: expected an array \(n, d\) or \(n, ...\), found \(5,\)"),
    ("none", {"latents": Z[:0]}, r"latents: expected an array .*, found \(0, 5\)"),
    ("many", {"latents": np.zeros((2, 5000))}, r"at most 4,096 dimensions, found 5,000"),
    ("no images", {"latents": None}, r"explore needs latents=, or .*: pass images="),
    ("no encoder", {"latents": None, "images": painted(Z)}, r"pass encoder="),
    ("counts", {"images": painted(Z)[:39]}, r"images: expected one for each of 40 latents, found 39"),
    ("sizes", {"images": RNG.random((40, 8, 8))}, r"expected pictures of 8x8 with 1 channel, as the images are"),
    ("span", {"images": painted(Z) * 9 - 4}, r"images: expected values within .*encoder=lambda x"),
    ("NaN images", {"images": painted(Z) * np.nan}, r"images: expected finite values"),
    ("flat images", {"images": RNG.random((40, 70))}, r"images: expected an array .*image_shape=.*found \(40, 70\)"),
    ("labels", {"labels": np.arange(39)}, r"labels: expected one for each of 40 latents, found an array \(39,\)"),
    ("one-hot", {"labels": np.eye(40)}, r"labels.argmax\(1\)"),
    ("fractions", {"labels": np.arange(40) / 3}, r"labels: expected whole numbers or texts"),
    (
        "names",
        {"labels": np.arange(40), "class_names": ["a"]},
        r"labels: expected 0\.\.0 for 1 class_names, found 0\.\.39",
    ),
    ("a name", {"labels": ["a", "b"] * 20, "class_names": ["a"]}, r"labels: 'b' is not among class_names"),
    ("range", {"value_range": (1, 0)}, r"value_range: expected \(black, white\)"),
    ("no range", {"value_range": 255}, r"value_range: expected \(black, white\)"),
    ("activation", {"activation": "relu"}, r"activation: expected one of None, 'clip', 'sigmoid', 'tanh'"),
    ("shape", {"image_shape": 28}, r"image_shape: expected \(h, w\)"),
    ("encoder", {"encoder": lambda x: x / "2"}, r"encoder cannot be called with numpy arrays"),
    (
        "other latents",
        {"encoder": lambda x: x.reshape(len(x), -1)[:, :3]},
        r"latents of the shape \(3,\), where .* \(5,\)",
    ),
]


@pytest.mark.parametrize(("given", "said"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_does_not_fit_is_said_with_what_to_pass(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        explored(**given)


def test_logits_are_taken_with_the_activation_that_is_asked_for() -> None:
    logits = lambda z: np.log(painted(z) / (1 - painted(z)))  # noqa: E731
    assert np.allclose(pictures(explored(decoder=logits, activation="sigmoid")), painted(Z), atol=1e-5)
    assert explored(decoder=lambda z: logits(z) * 9, activation="clip").model.decoder.form.span == (0, 1)


def test_what_a_linear_model_overshoots_by_is_no_complaint() -> None:
    found = explored(decoder=lambda z: (z @ WEIGHTS * 0.8 + 0.5).reshape(-1, 3, 6, 4))
    assert float(pictures(found).min()) < 0


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        ([3, 1, 3, 7], None, ("1", "3", "7")),
        (["b", "a", "b", "c"], None, ("a", "b", "c")),
        (["b", "a", "b", "c"], ["c", "b", "a"], ("c", "b", "a")),
        ([0, 1, 1, 2], ["x", "y", "z"], ("x", "y", "z")),
        ([True, False, True, True], None, ("False", "True")),
        (torch.tensor([[2.0], [0.0], [2.0], [2.0]]), None, ("0", "2")),
        (np.array(["b", None, "b", "a"], object), None, ("None", "a", "b")),
    ],
)
def test_labels_of_any_kind_become_classes(labels: Any, names: Any, expected: tuple[str, ...]) -> None:
    found = explored(latents=Z[:4], labels=labels, class_names=names)
    assert found.class_names == expected
    assert found.label is not None
    told = labels.reshape(-1).int().tolist() if isinstance(labels, Tensor) else list(labels)
    meant = [expected[each] for each in found.label] if names is None or isinstance(labels[0], str) else None
    assert meant is None or meant == list(map(str, told))


def test_a_model_in_training_mode_is_noticed() -> None:
    with pytest.warns(UserWarning, match=r"different pictures for one latent: call model.eval\(\) first"):
        explored(decoder=Codec().train().decode)
    batch = nn.Sequential(nn.Linear(5, 36), nn.BatchNorm1d(36), nn.Sigmoid(), nn.Unflatten(1, (6, 6))).train()
    with pytest.warns(UserWarning, match="depends on what is decoded with it"):
        explored(decoder=lambda z: batch(z) if len(z) > 1 else batch(torch.cat([z, -z]))[:1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explored(decoder=Codec().eval().decode)


def test_what_a_decoder_raises_later_is_a_sentence() -> None:
    found = explored(decoder=lambda z: painted(z) if len(z) < 50 else painted(z[:, 1:]))
    with pytest.raises(EngineError, match=r"^the decoder raised ValueError: matmul"):
        pictures(found, np.zeros((60, 5)))


def test_of_many_images_progress_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from latent_explorer.exploring import temporary_bundle

    monkeypatch.setattr(temporary_bundle, "_QUIET", 0.0)
    found_out(Given(images=RNG.random((200, 6, 6)), decoder=lambda z: z, encoder=lambda x: x.reshape(len(x), 36)))
    assert "Encoding images: 200 of 200" in capsys.readouterr().err


def test_errors_that_would_take_long_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from latent_explorer.exploring import temporary_bundle

    monkeypatch.setattr(temporary_bundle, "_JUDGING", 0.0)
    monkeypatch.setattr(temporary_bundle, "_SMALL", 0.0)
    assert explored(images=painted(Z)).error is None


def test_an_autoencoder_of_diffusers_is_explored_as_it_is() -> None:
    diffusers = pytest.importorskip("diffusers")
    torch.manual_seed(0)
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=16,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    ).eval()  # fmt: skip
    images = RNG.integers(0, 256, (9, 16, 16, 3), np.uint8)
    found = found_out(Given(vae, images, value_range=(-1, 1)))
    assert (found.name, found.z.shape) == ("AutoencoderKL", (9, 4, 8, 8))
    x = torch.from_numpy(images).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        z = vae.encode(x).latent_dist.mean
        assert np.allclose(found.z, z, atol=1e-4)
        assert np.allclose(pictures(found, found.z), vae.decode(z).sample / 2 + 0.5, atol=1e-4)
