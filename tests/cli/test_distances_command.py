"""`latent-explorer distances`: matrices of distances, and how much they vary over models."""

import numpy as np
import pytest
from PIL import Image


def test_it_tells_distances_of_several_models_and_how_they_vary(done, small_bundle, make_bundle, tmp_path):
    picture = tmp_path / "distances.png"
    arguments = "distances", small_bundle, make_bundle("again", latent_dim=3), "--images", "1,2,30"
    told = done(*arguments, "--out", picture, "--json").json
    assert told["images"] == [1, 2, 30]
    assert [each["model"] for each in told["models"]] == ["small", "again"]
    for each in told["models"]:
        for kind in ("euclidean", "geodesic"):
            matrix = np.array(each[kind])
            assert matrix.shape == (3, 3)
            np.testing.assert_array_equal(matrix, matrix.T)
            assert (matrix[np.triu_indices(3, 1)] > 0).all()
    assert told["variation"]["models"] == 2
    assert told["variation"]["geodesic"] > 0
    with Image.open(picture) as image:
        assert image.width > 300
    assert "Over 2 models a pair" in done(*arguments).out


def test_without_images_it_takes_one_of_each_class(done, small_bundle):
    told = done("distances", small_bundle, "--json").json
    assert len(told["images"]) == 3
    assert "variation" not in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--images", "1,500"], "has no latent of image 500; it has 120"),
        (["--images", "1,1"], "expected different whole numbers from 0"),
        (["--images", "1.5,2"], "expected different whole numbers from 0"),
        (["--images", "3"], "expected 2 to 40 places, found 1"),
        (["--out", "distances.jpg"], "expected a picture, NAME.png"),
    ],
)
def test_what_cannot_be_is_said(call, small_bundle, more, said):
    outcome = call("distances", small_bundle, *more)
    assert outcome.code == 2
    assert said in outcome.err


def test_models_of_other_images_are_refused(call, small_bundle, wide_bundle):
    outcome = call("distances", small_bundle, wide_bundle, "--images", "1,2")
    assert outcome.code == 2
    assert "expected one dataset" in outcome.err
