"""Training on corrupted images from the terminal, and what cleaning is worth beside plain filters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from latent_explorer.bundles import read_config
from tests.cli.conftest import Outcome

Call = Callable[..., Outcome]


@pytest.mark.parametrize("corruption", ["added-noise", "holes", "blur"])
def test_an_autoencoder_is_trained_on_corrupted_images_and_says_so(
    done: Call, tmp_path: Path, images: Path, corruption: str
) -> None:
    done(
        "train", "--dataset", images, "--family", "ae", "--hidden", "16", "--epochs", 1, f"--{corruption}", 1,
        "--out", "cleaner", "--device", "cpu", "--precision", "float32",
    )  # fmt: skip
    config = read_config(tmp_path / "cleaner")
    assert config.cleans
    assert config.net.settings[corruption.replace("-", "_")] == 1
    card = (tmp_path / "cleaner" / "README.md").read_text()
    assert " ".join(card.split()).count("a denoising autoencoder (Vincent et al. 2008)") == 1
    assert f"--{corruption} 1" in card
    told = done("denoise", "cleaner", "--count", 8, "--json").json
    assert told["trained_on_corrupted"]
    assert [row["corruption"] for row in told["corruptions"]] == [{corruption.replace("-", "_"): 1}]


def test_a_model_that_was_not_trained_so_is_tried_too(done: Call, call: Call) -> None:
    told = done("denoise", "mnist-ae-16d", "--count", 40, "--added-noise", 0.5, "--json").json
    assert not told["trained_on_corrupted"]
    (row,) = told["corruptions"]
    assert row["corruption"] == {"added_noise": 0.5}
    assert {"corrupted", "cleaned", "cleaned_of_clean", "median", "gaussian", "non_local_means"} == row["psnr"].keys()
    assert row["psnr"]["corrupted"] < row["psnr"]["median"]
    assert "above 0" in call("denoise", "mnist-ae-16d", "--blur", 0).complaint
