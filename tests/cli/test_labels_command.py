"""`labels`: what is learned from few labels, as a table and as one JSON object."""

import pytest

from latent_explorer.cli.labels import counts_of
from latent_explorer.errors import UserError
from tests.nets.families import CONDITIONAL, registered, trained_on_noise


def test_counts_are_read_and_nonsense_is_refused():
    assert counts_of("10, 50,10") == (10, 50)
    for text in ("", "ten", "0", "-4", "10,,50", "1e9", "99999999"):
        with pytest.raises(UserError, match="--labels"):
            counts_of(text)


def test_a_bundle_is_measured_with_pixels_and_pca_beside(done, images, make_bundle):
    bundle = make_bundle("labelled", latent_dim=3)
    found = done("labels", bundle, "--labels", "6,12", "--seeds", 2, "--json").json
    assert list(found["accuracy"]) == ["6", "12"]
    assert found["accuracy"]["12"]["propagation"] is not None
    assert found["spread"]["12"]["logistic"] >= 0
    assert len(found["runs"]["6"]["propagation"]) == 2


def test_bad_input_is_refused_in_a_sentence(call, small_bundle):
    assert "expected whole numbers" in call("labels", small_bundle, "--labels", "many").complaint
    assert "no dataset" in call("labels", small_bundle, "--on", "nowhere").complaint
    assert "at least one for each" in call("labels", small_bundle, "--labels", "1").complaint


def test_other_images_go_through_the_same_encoder(done, call, make_bundle):
    bundle = make_bundle("encoding", latent_dim=3)
    found = done("labels", bundle, "--on", bundle.parent / "images.npz", "--labels", "6", "--seeds", 1, "--json").json
    assert found["on"] == "images"
    for method in ("propagation", "logistic", "pixels_propagation", "pca_logistic"):
        assert 0 <= found["accuracy"]["6"][method] <= 1
    other = make_bundle("larger", shape=(10, 10, 1))
    complaint = call("labels", bundle, "--on", other.parent / "images.npz", "--labels", "6").complaint
    assert "expected images of 8x8x1" in complaint


def test_nothing_is_measured_of_a_conditional_model(call, tmp_path, small_bundle):
    with registered(CONDITIONAL):
        folder = trained_on_noise(tmp_path, "told")
        assert "encoded under its class" in call("labels", folder, "--labels", "6").complaint
        others = call("labels", folder, "--on", small_bundle.parent / "images.npz", "--labels", "6").complaint
        assert "nothing is left to be learned of images" in others
