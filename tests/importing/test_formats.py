"""Eight public formats become bundles that open, decode, and say what they are."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from latent_explorer.bundles import check_bundle, read_latents
from latent_explorer.engine.handlers.describe import Describe
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.process import serve_inline
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Refused, path_to_text
from tests.importing.making import (
    CONV,
    SPEC,
    diffusers_folder,
    lightning,
    network,
    onnx_folder,
    onnx_pair,
    principal,
    safetensors_weights,
)


def seen(folder, z):
    """What the engine answers of a bundle: opened, a picture, a place."""
    requests = [Open(1, path_to_text(folder)), Hover(2, z), Describe(3, z)]
    return {reply.number: reply for reply in serve_inline(requests)}


def opens(folder, images):
    """Check a bundle whole, hover over it, and give its configuration and the picture of the first latent."""
    config = check_bundle(folder)
    latents = read_latents(folder, config)
    answers = seen(folder, latents.mean[0])
    assert isinstance(answers[1], Opened)
    assert isinstance(answers[2], Picture)
    assert answers[2].image.shape == config.net.image_shape
    assert not answers[3].missing
    assert len(answers[3].reconstructions) == len(answers[3].originals) > 0
    assert (folder / "preview.png").stat().st_size > 1000
    return config, answers[2].image


def test_an_onnx_pair(make, images, tmp_path):
    decoder, encoder = onnx_pair(tmp_path, images)
    config, picture = opens(make(decoder=decoder, encoder=encoder, images=str(images)), images)
    assert (config.program.format, config.encodes, config.decodes) == ("onnx", True, True)
    assert config.program.value_range == (0, 1)
    first = np.load(images)["images"][0]
    assert np.abs(picture.astype(int) - first).mean() < 6
    assert 0 < config.metrics["mse"] < 0.001
    assert config.metrics["pca_mse"] == pytest.approx(config.metrics["mse"], rel=0.2)
    assert config.metrics["knn10_accuracy"] > 0.9


def test_an_onnx_decoder_with_latents(make, images, tmp_path):
    middle, axes = principal(images)
    x = np.load(images)["images"].reshape(-1, 64).astype(np.float32) / 255
    np.save(tmp_path / "z.npy", (x - middle) @ axes.T)
    decoder, _ = onnx_pair(tmp_path, images)
    folder = make(decoder=decoder, latents=tmp_path / "z.npy", images=str(images))
    config, _ = opens(folder, images)
    assert (config.encodes, config.decodes) == (False, True)
    assert_allclose(read_latents(folder).mean, np.load(tmp_path / "z.npy"))
    assert read_latents(folder).error.mean() < 0.001


def test_a_folder_of_onnx_models(make, colours, tmp_path):
    config, _ = opens(make(model=onnx_folder(tmp_path / "sd"), images=str(colours)), colours)
    assert config.program.latent_shape == (4, 8, 8)
    assert config.net.latent_dim == 256


@pytest.mark.parametrize("kind", ["AutoencoderKL", "AutoencoderTiny"])
def test_an_autoencoder_of_diffusers(make, colours, tmp_path, kind):
    inside = diffusers_folder(tmp_path / "pipeline" / "vae", kind)
    given = inside.parent if kind == "AutoencoderKL" else inside
    folder = make(model=given, images=str(colours))
    config, _ = opens(folder, colours)
    assert config.program.format == "diffusers"
    assert config.program.value_range == (-1, 1)
    import diffusers

    ours, theirs = load_bundle_model(folder), getattr(diffusers, kind).from_pretrained(inside)
    z = torch.from_numpy(read_latents(folder).mean[:3])
    with torch.inference_mode():
        expected = theirs.decode(z.reshape(3, *config.program.latent_shape)).sample / 2 + 0.5
        torch.testing.assert_close(ours.decode(z), expected.clamp(0, 1))


def test_a_lightning_checkpoint(make, images, tmp_path):
    folder = make(model=lightning(tmp_path / "last.ckpt"), images=str(images))
    config, _ = opens(folder, images)
    assert config.program is None
    assert config.net == SPEC
    z = torch.randn(4, 2)
    with torch.inference_mode():
        torch.testing.assert_close(load_bundle_model(folder).decode(z), network().eval().decode(z))


def test_a_state_dict_of_torch(make, colours, tmp_path):
    torch.save(network(CONV).state_dict(), tmp_path / "weights.pt")
    config, _ = opens(make(model=tmp_path / "weights.pt", images=str(colours)), colours)
    assert config.net == CONV


def test_a_state_dict_of_safetensors(make, images, tmp_path):
    config, _ = opens(make(model=safetensors_weights(tmp_path / "weights.safetensors"), images=str(images)), images)
    assert config.net == SPEC


@pytest.mark.parametrize("form", ["npy", "npz"])
def test_latents_alone(make, images, tmp_path, form):
    draw = np.random.default_rng(0)
    z = draw.normal(size=(90, 3, 2)).astype(np.float32)
    path = tmp_path / f"z.{form}"
    np.save(path, z) if form == "npy" else np.savez(path, embeddings=z, other=np.zeros(3))
    folder = make(latents=path, images=str(images))
    config = check_bundle(folder)
    assert (config.program.format, config.encodes, config.decodes) == ("latents", False, False)
    assert config.program.latent_shape == (3, 2)
    answers = seen(folder, z[0].ravel())
    assert answers[1].kernel == "no decoder"
    assert isinstance(answers[2], Refused)
    assert "no decoder" in answers[2].reason
    place = answers[3]
    assert place.indices[0] == 0
    assert (place.originals[0] == np.load(images)["images"][0]).all()
    assert not place.reconstructions.size


def test_latents_without_any_images(make, tmp_path):
    z = np.random.default_rng(0).normal(size=(50, 4))
    np.savez(tmp_path / "z.npz", latents=z, labels=np.arange(50) % 2)
    folder = make(latents=tmp_path / "z.npz")
    assert check_bundle(folder).dataset.class_names == ("0", "1")
    answers = seen(folder, z[0].astype(np.float32))
    assert answers[3].missing == "this bundle was made without images"
