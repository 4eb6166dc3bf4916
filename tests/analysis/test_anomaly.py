"""Scores of images: what each measures, which tell other data apart, and where a line is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from latent_explorer.analysis.anomaly import (
    SCORES,
    Coder,
    HeldOutScores,
    ImageJudge,
    auroc,
    coded,
    roc_curve,
    sample_of,
    scores_for,
    share_above,
    threshold_at,
)
from latent_explorer.analysis.anomaly.coding import cross_entropy, negative_log
from latent_explorer.analysis.anomaly.novelty import excess_per_ink
from latent_explorer.analysis.anomaly.reconstruction import excess_nats
from latent_explorer.errors import UserError

SHAPE = (6, 6, 1)
RANDOM = np.random.default_rng(3)


def stripes(count: int, bright: int = 255, seed: int = 0) -> np.ndarray:
    """Images (n, 6, 6, 1), one bright row each, with soft edges and a little noise."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 12, (count, *SHAPE), dtype=np.uint8)
    images[np.arange(count), random.integers(0, 6, count)] = bright
    return images


def coder(**more) -> Coder:
    """A model of the stripes: three principal components of them, with a variance that no image changes."""
    usual = stripes(400, seed=9).reshape(400, -1) / np.float32(255)
    pca = PCA(3, random_state=0).fit(usual)

    def encode(images):
        z = pca.transform(images.reshape(len(images), -1) / np.float32(255)).astype(np.float32)
        return z, np.full_like(z, -4.0)

    def decode(z):
        return np.clip(pca.inverse_transform(z), 0, 1).astype(np.float32)

    return Coder(**({"encode": encode, "decode": decode, "varies": True} | more))


def judge(model: Coder, images: np.ndarray) -> tuple[ImageJudge, np.ndarray]:
    sample = np.arange(0, len(images), 2)
    return ImageJudge(model, sample, coded(model, images[sample], np.arange(len(sample)))), sample


def test_an_image_that_explains_itself_has_no_excess() -> None:
    images = RANDOM.integers(0, 256, (5, *SHAPE), dtype=np.uint8)
    seen = coded(Coder(None, None), images)
    np.testing.assert_allclose(cross_entropy(seen.x, seen.x), seen.entropy, rtol=1e-5)
    worse = np.clip(seen.x + 0.1, 0, 1)
    assert (cross_entropy(seen.x, worse) > seen.entropy).all()


def test_gaussian_pixels_have_a_likelihood_of_their_own() -> None:
    from scipy.stats import norm

    x, pictures = RANDOM.random((2, 4, 7)).astype(np.float32)
    expected = -norm(pictures, 0.2).logpdf(x).sum(1)
    np.testing.assert_allclose(negative_log(x, pictures, 0.2), expected, rtol=1e-5)


def test_a_score_of_an_image_does_not_depend_on_its_company() -> None:
    images = stripes(40)
    judged, _ = judge(coder(), images)
    names = [name for name in judged.names if name != "radius"]  # whose steps a rounding error may cross
    whole = judged.scores(images, names)
    parts = [judged.scores(images[start : start + 7], names) for start in range(0, 40, 7)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-4, atol=1e-6)


def test_no_image_counts_as_its_own_neighbour() -> None:
    images = stripes(60)
    judged, sample = judge(coder(), images)
    names = ("pixel-1-nn", "distance")
    own, foreign = judged.scores(images[sample], names, sample), judged.scores(images[sample], names)
    assert (foreign[:, 0] == 0).all()
    assert (own > foreign).all()


@pytest.mark.parametrize("name", [name for name in SCORES if name not in ("radius", "excess-per-ink")])
def test_every_score_tells_noise_from_the_data(name: str) -> None:
    images = stripes(300)
    judged, sample = judge(coder(), images)
    noise = RANDOM.integers(0, 256, (100, *SHAPE), dtype=np.uint8)
    others = np.setdiff1d(np.arange(300), sample)
    own, foreign = judged.scores(images[others], (name,), others)[:, 0], judged.scores(noise, (name,))[:, 0]
    assert auroc(own, foreign) > 0.8


def test_what_is_left_unexplained_counts_by_how_bright_an_image_is() -> None:
    images = stripes(20)
    seen, ink = coded(coder(), images), images.reshape(20, -1).sum(1) / 255
    np.testing.assert_allclose(excess_per_ink(seen), excess_nats(seen) / (1 + ink), rtol=1e-5)
    assert np.isfinite(excess_per_ink(coded(coder(), np.zeros((1, *SHAPE), np.uint8)))).all()


def test_the_likelihood_prefers_dark_images_and_the_mended_score_does_not() -> None:
    grey = np.clip(RANDOM.normal(127, 20, (200, *SHAPE)), 0, 255).astype(np.uint8)  # each pixel costs .69 nats at best
    dark = np.zeros((50, *SHAPE), np.uint8)
    dark[:, 2] = 255

    def encode(images):
        z = images.reshape(len(images), -1).mean(1, keepdims=True).astype(np.float32) / 255
        return z, np.full_like(z, -20.0)

    model = Coder(encode, lambda z: np.clip(z, 0.05, 0.95).repeat(36, axis=1), varies=True)
    judged, _ = judge(model, grey)
    own, foreign = (judged.scores(some, ("negative-elbo", "excess-nats")) for some in (grey, dark))
    assert auroc(own[:, 0], foreign[:, 0]) < 0.1
    assert auroc(own[:, 1], foreign[:, 1]) == 1


@pytest.mark.parametrize(
    ("lacking", "left"),
    [
        ({"encode": None}, {"pca-30", "pixel-1-nn"}),
        ({"decode": None}, {"pca-30", "pixel-1-nn", "distance", "radius"}),
        ({"varies": False}, set(SCORES) - {"negative-elbo"}),
    ],
)
def test_a_model_that_lacks_something_has_the_other_scores(lacking: dict, left: set[str]) -> None:
    model = coder(**lacking)
    if "varies" in lacking:
        encode = model.encode
        assert encode is not None
        model = coder(**lacking, encode=lambda images: (encode(images)[0], None))
    assert set(scores_for(model)) == left
    judged, _ = judge(model, stripes(60))
    assert np.isfinite(judged.scores(stripes(9, seed=5), judged.names)).all()
    missing = next(name for name in SCORES if name not in left)
    with pytest.raises(UserError, match=r"this model.*and so no"):
        judged.check((missing,))


def test_a_score_that_there_is_not_is_refused_by_name() -> None:
    judged, _ = judge(coder(), stripes(60))
    with pytest.raises(UserError, match="no score called 'luck': expected one of excess-nats"):
        judged.check(("luck",))


@given(st.integers(0, 5_000))
def test_the_area_is_that_of_sklearn(seed: int) -> None:
    random = np.random.default_rng(seed)
    own, others = random.integers(0, 9, random.integers(1, 40)), random.integers(2, 12, random.integers(1, 40))
    label = np.repeat([0, 1], [len(own), len(others)])
    assert auroc(own, others) == pytest.approx(roc_auc_score(label, np.concatenate([own, others])))


def test_the_curve_has_that_area_and_a_threshold_its_false_alarms() -> None:
    own, others = RANDOM.normal(0, 1, 3_000), RANDOM.normal(1, 1, 2_000)
    curve = roc_curve(own, others)
    assert np.trapezoid(curve.found, curve.false_alarms) == pytest.approx(auroc(own, others), abs=2e-3)
    assert (curve.found[0], curve.false_alarms[0], curve.found[-1], curve.false_alarms[-1]) == (0, 0, 1, 1)
    assert share_above(own, threshold_at(own, 0.05)) == pytest.approx(0.05, abs=1e-3)


def test_a_sample_is_of_training_images_where_there_are_any() -> None:
    split = np.repeat([0, 1], [50, 20]).astype(np.uint8)
    assert set(sample_of(split)) == set(range(50))
    assert len(sample_of(split, 7)) == 7
    assert set(sample_of(np.ones(5, np.uint8))) == set(range(5))


def test_an_image_stands_somewhere_among_held_out_ones() -> None:
    likely = HeldOutScores(np.arange(1000.0))
    assert [likely.of(score).word for score in (10.0, 980.0, 2_000.0)] == ["usual", "unusual", "foreign"]
    assert likely.of(10.0).sentence == "Usual for these data: of 1,000 test images, 99% are as odd or odder"
    assert likely.of(998.5).sentence.endswith("of 1,000 test images, 1 is as odd or odder")
    assert "none is as odd" in likely.of(2_000.0).sentence
    assert HeldOutScores(np.array([1.0, np.nan])).of(0.0).among == 1
