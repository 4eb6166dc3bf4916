"""`latent-explorer place` with many images: latents, errors and scores, as JSON and as files."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.place_images import ImagesPlaced, PlaceImages
from latent_explorer.engine.process import serve_inline


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(6):
        path = tmp_path / "own" / ("left", "right")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)).save(path)
    return tmp_path / "own"


def test_a_folder_is_placed_as_the_window_places_it(small_bundle: Path, folder: Path, done) -> None:
    (folder / "left" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    told = done("place", small_bundle, folder, "--json").json
    request = PlaceImages(2, (str(folder),), "others", False, 10_000)
    replies = [each for each in serve_inline([Open(1, str(small_bundle)), request]) if isinstance(each, ImagesPlaced)]
    assert told["names"] == [name for each in replies for name in each.names]
    np.testing.assert_allclose(told["latents"], np.concatenate([each.z for each in replies]), atol=1e-5)
    np.testing.assert_allclose(told["scores"], np.concatenate([each.score for each in replies]), rtol=1e-5)
    assert told["images"] == 6
    assert told["mse"] == pytest.approx(np.mean(told["errors"]))
    assert [each["image"] for each in told["rejected"]] == ["left/broken.png"]


def test_files_hold_names_classes_errors_and_scores(
    small_bundle: Path, folder: Path, tmp_path: Path, done, call
) -> None:
    out = tmp_path / "placed.csv"
    done("place", small_bundle, folder, "--out", out)
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["class"] for row in rows] == ["left"] * 3 + ["right"] * 3
    assert all(float(row["score"]) > 0 and float(row["error"]) > 0 for row in rows)
    assert "already exists" in call("place", small_bundle, folder, "--out", out).complaint
    done("place", small_bundle, folder, "--out", tmp_path / "placed.safetensors")
    arrays = load_file(tmp_path / "placed.safetensors")
    np.testing.assert_allclose(arrays["score"], [float(row["score"]) for row in rows])


def test_a_search_tells_what_the_encoder_and_the_data_alone_give(small_bundle: Path, done) -> None:
    source = small_bundle.parent / "images.npz"
    told = done("place", small_bundle, source, "--split", "test", "--most", "3", "--search", "--json").json
    assert told["images"] == 3
    assert told["mse"] <= min(told["mse_encoder"], told["mse_nearest"]) + 1e-6
    assert "of" in told["notes"][-1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prepare", "some"), "expected one of others, all, none"),
        (("--split", "half"), "expected one of train, test, val"),
        (("--out", "placed.txt"), "can be written as npz, safetensors, csv"),
    ],
)
def test_what_cannot_be_is_refused(small_bundle: Path, folder: Path, call, arguments, words: str) -> None:
    assert words in call("place", small_bundle, folder, *arguments).complaint


def test_where_nothing_can_be_placed_it_is_said(small_bundle: Path, tmp_path: Path, call) -> None:
    assert "found none" in call("place", small_bundle, tmp_path, "--json").complaint
    (tmp_path / "words.png").write_text("no picture")
    refused = call("place", small_bundle, tmp_path, "--json")
    assert refused.code == 2
    assert "words.png: expected an image" in refused.err
