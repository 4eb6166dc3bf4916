"""Bundles from Python: there and back, and the same pictures and latents as everywhere else."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from latent_explorer import Bundle, UserError, open_bundle
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.cli.app import app
from latent_explorer.engine.decoder import Decoder, choose_device
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.errors import BundleError, DataError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import path_to_text

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


@pytest.fixture(scope="module")
def digits() -> Bundle:
    """The included autoencoder of two dimensions, whose images come with the program."""
    return open_bundle("mnist-ae-2d", device="cpu")


@pytest.fixture(scope="module")
def small(small_bundle: Path) -> Bundle:
    """8x8 grey pictures, two dimensions, 120 images in three classes."""
    return open_bundle(small_bundle, device="cpu")


@pytest.fixture(scope="module")
def wide(wide_bundle: Path) -> Bundle:
    """6x10 colour pictures, five dimensions."""
    return open_bundle(wide_bundle, device="cpu")


def test_a_bundle_says_what_it_is(small: Bundle, small_bundle: Path) -> None:
    latents = read_latents(small_bundle)
    assert (small.name, small.latent_dim, small.image_shape) == ("small", 2, (8, 8, 1))
    assert small.class_names == ("0", "1", "2")
    assert (small.latents.mean == latents.mean).all()
    assert (small.latents.label == latents.label).all()
    assert (small.latents.split == latents.split).all()
    assert repr(small) == "Bundle('small': 120 latents of 2 dimensions, images (8, 8, 1))"
    assert small.seal == read_config(small_bundle).seal


def test_a_bundle_opens_by_name_and_by_path(small_bundle: Path) -> None:
    assert open_bundle("mnist-ae-2d").seal == open_bundle(open_bundle("mnist-ae-2d").folder).seal
    assert open_bundle(str(small_bundle / "config.json")).folder == small_bundle


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"no bundle 'mnist-ae-3d'.*mnist-ae-2d"):
        open_bundle("mnist-ae-3d")


def test_a_damaged_one_is_refused_at_once(small_bundle: Path, tmp_path: Path) -> None:
    for file in small_bundle.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "latents.safetensors").write_bytes(b"nothing")
    with pytest.raises(BundleError, match=r"latents\.safetensors"):
        open_bundle(tmp_path)


@pytest.mark.parametrize("count", [0, 1, 3, 2001])
def test_there_and_back_keeps_the_shapes(small: Bundle, wide: Bundle, count: int) -> None:
    for bundle in (small, wide):
        z = np.random.default_rng(0).standard_normal((count, bundle.latent_dim))
        pictures = bundle.decode(z)
        again = bundle.encode(pictures)
        assert (pictures.shape, pictures.dtype) == ((count, *bundle.image_shape), np.uint8)
        assert (again.shape, again.dtype) == ((count, bundle.latent_dim), np.float32)


def test_a_single_one_goes_without_a_batch(wide: Bundle) -> None:
    picture = wide.decode([0.1, 0.2, 0.3, 0.4, 0.5])
    assert picture.shape == (6, 10, 3)
    assert wide.encode(picture).shape == (5,)
    assert (wide.encode(picture) == wide.encode(picture[None])[0]).all()


def test_batches_do_not_change_what_is_made(small: Bundle) -> None:
    z = np.random.default_rng(1).standard_normal((2500, 2)).astype(np.float32)
    images = np.random.default_rng(1).integers(0, 256, (2500, 8, 8), dtype=np.uint8)
    assert np.abs(small.decode(z)[2400:].astype(int) - small.decode(z[2400:])).max() <= 1
    assert np.allclose(small.encode(images)[2400:], small.encode(images[2400:]), atol=1e-5)


def test_pictures_are_those_that_the_window_exports(digits: Bundle) -> None:
    z = np.random.default_rng(3).standard_normal((200, 2)).astype(np.float32)
    replies = serve_inline([Open(1, path_to_text(digits.folder)), Decode(2, z, repeatable=True)])
    made = np.concatenate([reply.content for reply in replies if isinstance(reply, Pictures)])
    assert (digits.decode(z) == made).all()


def test_pictures_are_those_of_the_map(digits: Bundle) -> None:
    z = digits.latents.mean[:200]
    engine = Decoder(load_bundle_model(digits.folder), choose_device())
    plain = decode_pictures(load_bundle_model(digits.folder), z)
    for other in (engine.pictures(z), plain):
        off = np.abs(digits.decode(z).astype(int) - other)
        assert off.max() <= 1  # a level is rounded to either side by paths that differ in the last bit
        assert (off > 0).mean() < 0.001


def test_pictures_are_those_of_the_command(digits: Bundle, tmp_path: Path) -> None:
    z = digits.latents.mean[7]
    at = ",".join(map(repr, z.tolist()))
    out = str(tmp_path / "seven.png")
    done = CliRunner().invoke(app, ["decode", "--model", "mnist-ae-2d", f"--at={at}", "--out", out])
    assert done.exit_code == 0, done.output
    shown = np.asarray(Image.open(tmp_path / "seven.png").convert("L"))
    assert (digits.decode(z)[..., 0] == shown).all()


def assert_images_are_encoded_to_the_latents(bundle: Bundle) -> None:
    images = bundle.images
    assert images.shape == (len(bundle.latents), *bundle.image_shape)
    some = np.random.default_rng(0).choice(len(images), 300, replace=False)
    spread = bundle.latents.mean.std(0)
    off = np.abs(bundle.encode(images[some]) - bundle.latents.mean[some]) / spread
    assert np.quantile(off, 0.99) < 0.025  # half of one of 256 steps over ten deviations


@pytest.mark.parametrize("name", ["mnist-ae-2d", "mnist-ae-16d", "mnist-vae-2d"])
def test_a_bundles_own_images_are_encoded_to_its_latents(name: str) -> None:
    assert_images_are_encoded_to_the_latents(open_bundle(name, device="cpu"))


@pytest.mark.slow
def test_so_are_images_that_lie_elsewhere() -> None:
    if not (SHARED / "cifar10-test.zip").exists():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    assert_images_are_encoded_to_the_latents(open_bundle("cifar10-ae-64d", images=SHARED, device="cpu"))


def test_reconstructions_have_the_error_that_is_kept(digits: Bundle) -> None:
    some = slice(0, 300)
    pictures = digits.decode(digits.encode(digits.images[some])) / 255
    error = ((pictures - digits.images[some] / 255) ** 2).mean((1, 2, 3))
    assert np.allclose(error, digits.latents.error[some], atol=5e-4)


def test_cifar_images_are_encoded_to_their_latents() -> None:
    archive = SHARED / "cifar10-test.zip"
    if not archive.exists():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    with zipfile.ZipFile(archive) as pictures:
        names = [name for name in pictures.namelist() if name.endswith(".jpg")][::200]
        images = [Image.open(io.BytesIO(pictures.read(name))) for name in names]
    bundle = open_bundle("cifar10-ae-64d", device="cpu")
    encoded = bundle.encode(images)
    tests = bundle.latents.mean[bundle.latents.split == 1]
    distance = np.linalg.norm(encoded[:, None] - tests[None], axis=-1).min(1)
    assert np.median(distance) < 0.05 * np.linalg.norm(tests.std(0))  # each is one of those that it keeps


def test_images_that_are_not_there_say_what_to_do(make_bundle, tmp_path: Path) -> None:
    folder = make_bundle("moved")
    images = folder.parent / "images.npz"
    images.rename(tmp_path / "elsewhere.npz")
    with pytest.raises(DataError, match=r"images that moved was trained on.*open_bundle\(\.\.\., images=") as refused:
        _ = open_bundle(folder).images
    assert "images.npz" in str(refused.value)
    assert open_bundle(folder, images=tmp_path / "elsewhere.npz").images.shape == (120, 8, 8, 1)


def test_other_images_are_not_taken_for_its_own(make_bundle) -> None:
    folder = make_bundle("changed")
    other = np.zeros((120, 8, 8, 1), np.uint8)
    np.savez(folder.parent / "images.npz", images=other, labels=np.arange(120) % 3)
    with pytest.raises(DataError, match="no longer holds the images that changed was trained on"):
        _ = open_bundle(folder).images


def test_thumbnails_stand_in_for_images_that_do_not_come_along(small: Bundle) -> None:
    bundle = open_bundle("cifar10-ae-64d", device="cpu")
    with pytest.raises(DataError, match=r"cifar10-jpeg\) are not on this computer.*`thumbnails`"):
        _ = bundle.images
    assert bundle.thumbnails.shape == (60_000, 32, 32, 3)
    some = slice(0, 60_000, 600)
    off = np.linalg.norm(bundle.encode(bundle.thumbnails[some]) - bundle.latents.mean[some], axis=1)
    assert np.median(off) < 0.5 * np.linalg.norm(bundle.latents.mean.std(0))  # they are of these latents, and lossy
    with pytest.raises(DataError, match="no thumbnails of small come with the program"):
        _ = small.thumbnails


def test_images_are_read_once(small: Bundle) -> None:
    assert small.images is small.images


def test_the_model_has_gradients(small: Bundle) -> None:
    z = torch.zeros(1, 2, requires_grad=True)
    small.model.decode(z).sum().backward()
    assert z.grad is not None
    assert not small.model.training


def test_a_device_that_is_not_there_is_named(small_bundle: Path) -> None:
    with pytest.raises(UserError, match="no device 'abacus'"):
        open_bundle(small_bundle, device="abacus").decode([0, 0])
