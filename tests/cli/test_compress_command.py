"""Compressing images to a file and back, the curve, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latent_explorer.analysis.compression import unpacked
from tests.cli.conftest import Outcome

Call = Callable[..., Outcome]
MODEL = "mnist-ae-16d"


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """Thirty test images."""
    from latent_explorer.data import open_dataset

    dataset = open_dataset("mnist")
    path = tmp_path / "digits.npy"
    np.save(path, dataset.images[dataset.indices("test")[:30]])
    return path


def test_images_go_into_a_file_and_come_back_as_the_model_makes_them(
    done: Call, call: Call, digits: Path, tmp_path: Path
) -> None:
    told = done("compress", MODEL, digits, "--out", "set.lxc", "--json").json
    file = (tmp_path / "set.lxc").read_bytes()
    assert (told["images"], told["bits"], told["bytes"]) == (30, 5, len(file))
    assert told["bytes_an_image"] == pytest.approx(len(file) / 30)
    assert told["bytes_an_image"] < 13
    assert told["psnr"] > 19.3
    done("decompress", "set.lxc", "--out", "back.npz")
    with np.load(tmp_path / "back.npz", allow_pickle=False) as arrays:
        images, latents = arrays["images"], arrays["latents"]
    assert np.array_equal(latents, unpacked(file).latents)
    error = np.square((images.astype(float) - np.load(digits)) / 255).mean()
    assert 10 * np.log10(1 / error) == pytest.approx(told["psnr"], abs=1e-4)
    done("decompress", "set.lxc", "--out", "folder", "--model", MODEL)
    written = sorted((tmp_path / "folder").iterdir())
    assert [each.name for each in written] == [f"{number:02}.png" for number in range(30)]
    with Image.open(written[7]) as picture:
        assert np.array_equal(np.asarray(picture), images[7, ..., 0])
    assert "not empty" in call("decompress", "set.lxc", "--out", "folder").complaint
    assert "already exists" in call("compress", MODEL, digits, "--out", "set.lxc").complaint


def test_fewer_bits_make_a_smaller_file_and_a_worse_picture(done: Call, digits: Path) -> None:
    coarse, fine = (
        done("compress", MODEL, digits, "--bits", bits, "--out", f"{bits}.lxc", "--json").json for bits in (2, 7)
    )
    assert coarse["bytes"] < fine["bytes"]
    assert coarse["psnr"] < fine["psnr"]


def test_another_model_and_a_damaged_file_are_refused(done: Call, call: Call, digits: Path, tmp_path: Path) -> None:
    done("compress", MODEL, digits, "--out", "set.lxc")
    other = call("decompress", "set.lxc", "--out", "back.npz", "--model", "mnist-ae-16d-b").complaint
    assert "another model than mnist-ae-16d-b" in other
    assert "'mnist-ae-16d'" in other
    content = bytearray((tmp_path / "set.lxc").read_bytes())
    content[-20] ^= 1
    (tmp_path / "damaged.lxc").write_bytes(content)
    assert "checksum" in call("decompress", "damaged.lxc", "--out", "back.npz").complaint
    assert "its first bytes differ" in call("decompress", digits, "--out", "back.npz").complaint
    assert "nowhere.lxc" in call("decompress", "nowhere.lxc", "--out", "back.npz").complaint
    assert not (tmp_path / "back.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((MODEL, "DIGITS"), "expected --out"),
        ((MODEL, "--out", "x.lxc"), "expected IMAGES"),
        ((MODEL, "DIGITS", "--bits", 9, "--out", "x.lxc"), "less than or equal to 8"),
        (("no-such-model", "DIGITS", "--out", "x.lxc"), "no bundle"),
        (("cifar10-ae-64d", "DIGITS", "--out", "x.lxc"), "32 x 32"),
    ],
)
def test_what_cannot_be_compressed_is_said(
    call: Call, digits: Path, tmp_path: Path, arguments: tuple[Any, ...], words: str
) -> None:
    assert words in call("compress", *(digits if each == "DIGITS" else each for each in arguments)).complaint
    assert not (tmp_path / "x.lxc").exists()


def test_the_curve_comes_with_its_rivals_and_says_where_they_win(done: Call) -> None:
    told = done("compress", MODEL, "--count", 100, "--json").json
    curves = {each["name"]: each for each in told["curves"]}
    assert [each["setting"] for each in curves["latents"]["points"]] == [f"{bits} bits" for bits in range(1, 9)]
    assert {"pca", "pca_best", "jpeg_sheet", "webp_sheet", "jpeg_bare", "webp_files"} <= set(curves)
    assert told["within_12_bytes"]["latents"]["psnr"] > 19.3
    assert told["within_12_bytes"]["webp_files"] is None
    assert any(
        line.startswith("WebP, one sheet: better than the latents ever are") for line in told["where_others_win"]
    )
    assert told["not_counted"]["weights_bytes"] > 10**6
