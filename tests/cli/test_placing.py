"""`latent-explorer place`: one image of one's own, with the functions that the window asks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.engine.handlers.encode import Encode, ImageEncoded, ImageJudged, JudgeImage
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    image = np.full((60, 50, 3), 240, np.uint8)
    image[10:40, 20:26] = 20, 30, 90
    Image.fromarray(image).save(tmp_path / "drawing.png")
    return tmp_path / "drawing.png"


def test_it_tells_what_the_window_would(small_bundle: Path, drawing: Path, done) -> None:
    told = done("place", small_bundle, drawing, "--json").json
    opened = Open(1, str(small_bundle))
    image = np.asarray(Image.open(drawing))
    encoded = list(serve_inline([opened, Encode(2, image)]))[-1]
    assert isinstance(encoded, ImageEncoded)
    assert np.allclose(told["latent"], encoded.z, atol=1e-5)
    assert told["done"] == list(encoded.done)
    judged = list(serve_inline([opened, JudgeImage(2, encoded.z, encoded.error)]))[-1]
    assert isinstance(judged, ImageJudged)
    assert [each["image"] for each in told["neighbours"]] == judged.indices.tolist()
    assert told["percentile"] == pytest.approx(judged.percentile)
    assert told["sentence"] == judged.sentence
    assert 0 <= told["likelihood_percentile"] < 100
    assert sum(told["classes"].values()) == pytest.approx(1)


def test_in_words_it_says_how_likely_it_is(small_bundle: Path, drawing: Path, done) -> None:
    said = done("place", small_bundle, drawing).out
    assert "held-out images" in said.splitlines()[0]
    assert "nearest images:" in said


def test_a_step_can_be_left_out_and_another_is_refused(small_bundle: Path, drawing: Path, done, call) -> None:
    told = done("place", small_bundle, drawing, "--without", "crop", "--json").json
    assert (told["steps"], told["done"]) == (["crop"], [])
    assert "has the steps" in call("place", small_bundle, drawing, "--without", "colour").complaint


def test_bad_pictures_are_refused_in_words(small_bundle: Path, tmp_path: Path, call) -> None:
    Image.new("L", (30, 30), 255).save(tmp_path / "empty.png")
    assert "Nothing is drawn" in call("place", "mnist-ae-2d", str(tmp_path / "empty.png")).complaint
    (tmp_path / "words.png").write_text("no picture")
    assert "expected an image" in call("place", small_bundle, str(tmp_path / "words.png")).complaint
