"""Two bundles aligned from Python: latents taken forth and back, and what is given wrongly said in a sentence."""

import numpy as np
import pytest

from latent_explorer import UserError, align, open_bundle

PAIRS = np.array([[3, 5], [40, 2], [17, 17], [8, 60], [21, 33], [90, 71], [64, 12]])


@pytest.fixture(scope="module")
def ends(small_bundle, wide_bundle):
    return open_bundle(small_bundle), open_bundle(wide_bundle)


def test_latents_are_taken_forth_and_back(ends):
    small, wide = ends
    aligned = align(small, wide, anchors=PAIRS, translator="nearest")
    there = aligned.to(small.latents.mean[PAIRS[:, 0]])
    np.testing.assert_allclose(there, wide.latents.mean[PAIRS[:, 1]], atol=1e-5)
    assert aligned.to(small.latents.mean[0]).shape == (wide.latent_dim,)
    np.testing.assert_allclose(aligned.back(there), small.latents.mean[PAIRS[:, 0]], atol=1e-5)
    np.testing.assert_array_equal(aligned.anchors, PAIRS)
    assert aligned.leave_one_out.shape == (2, len(PAIRS))
    assert aligned.target.decode(there).shape == (len(PAIRS), *wide.image_shape)


def test_it_is_what_a_window_fits_and_the_terminal_reads(ends, tmp_path):
    from latent_explorer.alignment.saving import load_translator

    aligned = align(*ends, anchors=PAIRS.tolist(), translator="ridge")
    saved = load_translator(aligned.save(tmp_path / "t.safetensors"))
    z = ends[0].latents.mean[:9]
    np.testing.assert_array_equal(saved.translator.to(z), aligned.to(z))
    assert saved.about.names == ("small", "wide")
    saved.about.check(*(each.config.seal for each in ends))
    with pytest.raises(UserError, match="already exists"):
        aligned.save(tmp_path / "t.safetensors")


def test_anchors_are_drawn_from_images_in_common(small_bundle):
    again = [align(small_bundle, small_bundle, anchors=20, seed=seed) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(again[0].anchors, again[1].anchors)
    assert not np.array_equal(again[0].anchors, again[2].anchors)
    np.testing.assert_array_equal(again[0].anchors[:, 0], again[0].anchors[:, 1])
    some = align(small_bundle, small_bundle, anchors=[3, 1, 2, 9])
    np.testing.assert_array_equal(some.anchors, [[3, 3], [1, 1], [2, 2], [9, 9]])
    assert some.figures["closure"] == pytest.approx(0, abs=1e-3) or some.figures["closure"] is None
    assert some.figures_back["mrr"] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"anchors": 300}, "pass pairs"),
        ({"anchors": [1, 2, 3]}, "pass pairs"),
        ({"anchors": [[1, 2, 3]]}, "expected how many, or whole numbers of images"),
        ({"anchors": [0.5]}, "expected how many, or whole numbers of images"),
        ({"anchors": "many"}, "anchors"),
        ({"anchors": [[1, 2], [1, 3]]}, "image 1 of the source"),
        ({"anchors": [[1, 2], [5, 10**6]]}, "has no image 1000000"),
        ({"anchors": [[1, 2]]}, "needs at least"),
        ({"anchors": PAIRS, "translator": "magic"}, "unknown translator"),
        ({"anchors": PAIRS, "bootstrap": True, "blind": True}, "expected one of them"),
    ],
)
def test_what_is_given_wrongly_is_one_sentence(ends, given, words):
    with pytest.raises(UserError, match=words):
        align(*ends, **given)


def test_latents_of_another_shape_are_refused(ends):
    aligned = align(*ends, anchors=PAIRS)
    with pytest.raises(UserError, match="latents"):
        aligned.to(np.zeros((3, 9)))
    with pytest.raises(UserError, match="latents"):
        aligned.back([np.nan] * ends[1].latent_dim)
