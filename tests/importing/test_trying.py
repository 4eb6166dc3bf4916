"""What is found out of a model by trying it: range, layout, batch, shapes of a network's images."""

import numpy as np
import onnx
import pytest
import torch
from numpy.testing import assert_allclose
from onnx import TensorProto

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.errors import UserError
from latent_explorer.importing.checkpoints import stripped
from latent_explorer.importing.network_source import fitting_specs
from latent_explorer.importing.ranges import possible_ranges
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import parameter_shapes
from latent_explorer.runtime.loading import load_bundle_model
from tests.importing.making import DIM, SIDE, linear_graph, onnx_pair, principal


def reconstructed(folder, images):
    """The mean distance of pictures from images, in grey levels."""
    model, z = load_bundle_model(folder), torch.from_numpy(read_latents(folder).mean)
    with torch.inference_mode():
        pictures = model.decode(z).permute(0, 2, 3, 1).numpy() * 255
    return np.abs(pictures - np.load(images)["images"]).mean()


@pytest.mark.parametrize(
    ("words", "scale", "shift", "expected"),
    [("0,1", 1, 0, (0, 1)), ("-1,1", 2, -1, (-1, 1)), ("0,255", 255, 0, (0, 255))],
)
def test_the_range_is_found(make, images, tmp_path, words, scale, shift, expected):
    middle, axes = principal(images)
    decoder, encoder = onnx_pair(tmp_path, images, scale=scale, shift=shift)
    flat = linear_graph(axes.T / scale, -(shift / scale + middle) @ axes.T, (("n", 1, SIDE, SIDE), ("n", DIM)))
    onnx.save(flat, encoder)
    folder = make(decoder=decoder, encoder=encoder, images=str(images))
    assert read_config(folder).program.value_range == expected
    assert reconstructed(folder, images) < 6


def test_logits_are_found_by_what_is_closest(make, images, tmp_path):
    x = np.load(images)["images"].reshape(-1, 64) / 255
    logits = np.log(x.clip(0.02, 0.98) / (1 - x.clip(0.02, 0.98)))
    centre = logits.mean(0)
    steep = np.linalg.svd(logits - centre, full_matrices=False)[2][:DIM]
    np.save(tmp_path / "z.npy", (logits - centre) @ steep.T)
    onnx.save(linear_graph(steep, centre, (("n", DIM), ("n", 1, SIDE, SIDE))), tmp_path / "d.onnx")
    folder = make(decoder=tmp_path / "d.onnx", latents=tmp_path / "z.npy", images=str(images))
    assert read_config(folder).program.options["activation"] == "sigmoid"
    assert reconstructed(folder, images) < 10


def test_an_unclear_range_is_asked_for():
    assert possible_ranges(0, 1) == ["0,1"]
    assert possible_ranges(-0.99, 0.99) == ["-1,1", "logits"]
    assert possible_ranges(-9, 7) == ["logits"]
    assert "0,255" in possible_ranges(-3, 260)


def test_asked_it_says_what_was_found(make, images, tmp_path):
    np.save(tmp_path / "z.npy", np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32))
    decoder, _ = onnx_pair(tmp_path, images, scale=1.2, shift=-0.6)
    with pytest.raises(UserError, match=r"gave values from .* to .*--value-range 0,1"):
        make(decoder=decoder, latents=tmp_path / "z.npy", images=str(images))
    folder = make(decoder=decoder, latents=tmp_path / "z.npy", images=str(images), value_range="-1,1")
    assert read_config(folder).program.value_range == (-1, 1)


@pytest.mark.parametrize("batch", [1, 7])
def test_a_fixed_batch_is_filled(make, images, tmp_path, batch):
    decoder, encoder = onnx_pair(tmp_path, images, batch=batch)
    folder = make(decoder=decoder, encoder=encoder, images=str(images))
    assert len(read_latents(folder)) == 90
    assert reconstructed(folder, images) < 6


@pytest.mark.parametrize(
    ("out", "layout"), [((1, SIDE, SIDE), "nchw"), ((SIDE, SIDE, 1), "nhwc"), ((SIDE, SIDE), "nhw"), ((64,), "flat")]
)
def test_layouts(make, images, tmp_path, out, layout):
    middle, axes = principal(images)
    onnx.save(linear_graph(axes, middle, (("n", DIM), ("n", *out))), tmp_path / "d.onnx")
    onnx.save(linear_graph(axes.T, -middle @ axes.T, (("n", *out), ("n", DIM))), tmp_path / "e.onnx")
    folder = make(decoder=tmp_path / "d.onnx", encoder=tmp_path / "e.onnx", images=str(images))
    options = read_config(folder).program.options
    assert (options["decoder_layout"], options["encoder_layout"]) == (layout, layout)
    assert reconstructed(folder, images) < 6


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_element_types(make, images, tmp_path, kind):
    decoder, encoder = onnx_pair(tmp_path, images, kind=kind)
    assert reconstructed(make(decoder=decoder, encoder=encoder, images=str(images)), images) < 6


def test_a_program_in_a_bundle_is_sealed(make, images, tmp_path):
    decoder, encoder = onnx_pair(tmp_path, images)
    folder = make(decoder=decoder, encoder=encoder, images=str(images))
    content = (folder / "decoder.onnx").read_bytes()
    (folder / "decoder.onnx").write_bytes(content[:-1] + b"!")
    with pytest.raises(UserError, match="damaged or was changed"):
        load_bundle_model(folder)
    (folder / "decoder.onnx").unlink()
    with pytest.raises(UserError, match="cannot be read"):
        load_bundle_model(folder)


SPECS = [
    NetSpec(family=family, trunk=trunk, image_shape=shape, latent_dim=dim, hidden=hidden)
    for family, trunk, shape, dim, hidden in (
        ("ae", "dense", (28, 28, 1), 2, (64, 32)),
        ("vae", "dense", (16, 16, 3), 5, (40, 30, 20)),
        ("ae", "residual", (28, 28, 1), 3, (48, 48, 24)),
        ("vae", "lean", (28, 28, 1), 2, (32, 32, 16)),
        ("ae", "conv", (28, 28, 1), 4, (8, 16, 16)),
        ("vae", "resnet", (32, 32, 3), 8, (8, 8, 16, 16)),
    )
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.family}-{spec.trunk}")
def test_a_network_is_known_by_its_shapes(spec):
    found = next(iter(fitting_specs(parameter_shapes(spec))))
    assert found == spec
    assert next(iter(fitting_specs(parameter_shapes(spec), spec.image_shape))) == spec


def test_a_family_can_be_asked_for():
    shapes = parameter_shapes(SPECS[1])
    assert list(dict.fromkeys(spec.family for spec in fitting_specs(shapes))) == ["vae", "gaussian-vae"]
    assert {spec.family for spec in fitting_specs(shapes, family="gaussian-vae")} == {"gaussian-vae"}
    with pytest.raises(UserError, match="--family vaee: expected"):
        list(fitting_specs(shapes, family="vaee"))


def test_families_of_plugins_are_recognised():
    from tests.nets.families import CONDITIONAL, GAN, registered

    with registered(GAN, CONDITIONAL):
        for family, classes in ((GAN, 0), (CONDITIONAL, 3)):
            spec = NetSpec(
                family=family.name, trunk="dense", image_shape=(8, 8, 1), latent_dim=2, hidden=(16,), classes=classes
            )
            torch.manual_seed(0)
            shapes = {name: tuple(tensor.shape) for name, tensor in build(spec).state_dict().items()}
            assert spec in list(fitting_specs(shapes, (8, 8, 1), classes, family.name))


@pytest.mark.parametrize("prefix", ["", "model.", "module.", "_orig_mod.", "model._orig_mod.", "module.net."])
def test_prefixes_are_stripped(prefix):
    weights = {f"{prefix}encoder.1.weight": torch.zeros(1), f"{prefix}decoder.0.weight": torch.zeros(1)}
    assert set(stripped(weights)) == {"encoder.1.weight", "decoder.0.weight"}
    beside = {**weights, "loss.scale": torch.zeros(1)}
    if prefix:
        assert set(stripped(beside)) == {"encoder.1.weight", "decoder.0.weight"}


def test_latents_keep_their_order_and_labels(make, tmp_path):
    z = np.arange(60, dtype=np.float32).reshape(30, 2)
    np.savez(tmp_path / "z.npz", z=z, y=np.array(["b", "a", "c"] * 10), split=np.arange(30) % 2)
    np.save(tmp_path / "labels.npy", np.arange(30) // 15)
    folder = make(latents=tmp_path / "z.npz")
    assert_allclose(read_latents(folder).mean, z)
    assert read_config(folder).dataset.class_names == ("a", "b", "c")
    assert read_latents(folder).split.sum() == 15
    folder = make(latents=tmp_path / "z.npz", labels=tmp_path / "labels.npy", overwrite=True)
    assert read_latents(folder).label.tolist() == [0] * 15 + [1] * 15
