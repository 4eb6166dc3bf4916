"""Trust in a map: as sklearn defines it, ranked against all images, and of single images at the right ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from latent_explorer.analysis.projection import Projection, WholeMap

FloatPoints = NDArray[np.float32]


def judged(latents: FloatPoints, uv: FloatPoints, **how: int) -> WholeMap:
    *_, found = Projection(latents, uv).whole(**how)
    assert found is not None
    return found


def drawn(seed: int, *shape: int) -> FloatPoints:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@given(st.integers(0, 5_000), st.integers(40, 150), st.sampled_from([3, 16, 40]), st.integers(1, 12))
@settings(max_examples=15)
def test_it_is_what_sklearn_calls_so(seed: int, count: int, dimensions: int, k: int) -> None:
    latents, uv = drawn(seed, count, dimensions), drawn(seed + 1, count, 2)
    uv[: count // 2] = latents[: count // 2, :2]  # so that it is no chance alone
    found = judged(latents, uv, neighbours=k)
    assert found.queries == count
    assert found.trustworthiness == pytest.approx(trustworthiness(latents, uv, n_neighbors=k), abs=1e-4)
    assert found.continuity == pytest.approx(trustworthiness(uv, latents, n_neighbors=k), abs=1e-4)


def test_a_sample_is_ranked_against_all_images() -> None:
    latents = drawn(0, 9_000, 5)
    uv = latents[:, :2] + 0.3 * drawn(1, 9_000, 2)
    whole, sample = judged(latents, uv, queries=9_000), judged(latents, uv, queries=700)
    alone = judged(latents[:700], uv[:700], queries=700)
    assert sample.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.004)
    assert sample.continuity == pytest.approx(whole.continuity, abs=0.004)
    assert abs(alone.trustworthiness - whole.trustworthiness) > abs(sample.trustworthiness - whole.trustworthiness)


def test_far_from_the_origin_and_in_double_places_it_is_the_same() -> None:
    latents = np.repeat(drawn(0, 60, 4), 2, axis=0)
    uv = latents[:, :2].copy()
    here, far = judged(latents, uv), judged(latents, uv + 1000)
    assert here.trustworthiness == pytest.approx(far.trustworthiness, abs=1e-3)
    assert here.continuity > 0.8
    same = np.zeros((40, 3), np.float32)
    assert judged(same, same[:, :2]) == WholeMap(1.0, 1.0, 40, 12)


def test_of_few_images_fewer_neighbours_are_asked() -> None:
    assert judged(drawn(0, 5, 3), drawn(1, 5, 2)).neighbours == 2
    assert judged(drawn(0, 2, 3), drawn(1, 2, 2)).neighbours == 1


def clusters(torn: bool, glued: bool) -> tuple[FloatPoints, FloatPoints]:
    """Three clusters of 200 images, and their map; the first torn in halves, or the others glued together."""
    places, cluster = drawn(0, 600, 2), np.repeat([0, 1, 2], 200)
    latents = np.column_stack([places, 30 * np.eye(3, dtype=np.float32)[cluster]]).astype(np.float32)
    uv = places + 30 * np.array([(0, 0), (1, 0), (0, 1)], np.float32)[cluster]
    if torn:
        uv[np.arange(0, 200, 2)] += (30, 30)
    if glued:
        uv[400:] = places[400:] + np.array((30, 0))
    return latents, uv.astype(np.float32)


def test_tearing_a_cluster_costs_continuity_and_gluing_two_trustworthiness() -> None:
    faithful, torn, glued = (judged(*clusters(*how)) for how in ((False, False), (True, False), (False, True)))
    assert faithful.trustworthiness > 0.999
    assert faithful.continuity > 0.999
    assert torn.continuity < faithful.continuity - 0.02
    assert torn.trustworthiness > torn.continuity + 0.02
    assert glued.trustworthiness < faithful.trustworthiness - 0.02
    assert glued.continuity > glued.trustworthiness + 0.02


def test_single_images_have_false_neighbours_where_clusters_are_glued_and_miss_some_where_one_is_torn() -> None:
    everyone = np.arange(600)
    for how, column, there in (((False, True), 0, everyone >= 200), ((True, False), 1, everyone < 200)):
        latents, uv = clusters(*how)
        shares = Projection(latents, uv).shares(everyone, near=25)
        assert shares.shape == (600, 2)
        assert shares[there, column].mean() > 0.2
        assert shares[~there].max() == 0
        assert shares[there, 1 - column].mean() < shares[there, column].mean() / 3


def test_those_asked_for_are_told_in_their_order_and_are_not_their_own_neighbours() -> None:
    latents = drawn(0, 300, 16)
    projection = Projection(latents, latents[:, :2])
    some = np.array([250, 3, 77])
    nearest = projection.nearest(some, 12)
    apart = np.linalg.norm(latents[some][:, None] - latents[None], axis=2)
    np.testing.assert_array_equal(nearest, np.argsort(apart, axis=1)[:, 1:13])
    assert not (nearest == some[:, None]).any()
    np.testing.assert_array_equal(projection.shares(some), projection.shares(np.arange(300))[some])
