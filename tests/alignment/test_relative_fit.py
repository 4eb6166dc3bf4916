"""Two spaces in coordinates relative to common anchors look alike, however one of them is turned."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.alignment.protocol import Relate
from latent_explorer.alignment.relative_fit import _work, relative_plane
from latent_explorer.bundles import read_config
from latent_explorer.charts.relative import relative_spec
from latent_explorer.errors import UserError
from latent_explorer.session import open_bundle

DRAW = np.random.default_rng(0)
Z = (DRAW.standard_normal((500, 6)) * [3, 2, 1, 1, 1, 1]).astype(np.float32)
ANCHORS = np.stack([np.arange(40), np.arange(40)], axis=1)


@pytest.mark.parametrize("measure", ["cosine", "euclidean"])
def test_a_space_and_itself_turned_scaled_and_moved_look_the_same(measure: str) -> None:
    turn = np.linalg.qr(DRAW.standard_normal((6, 6)))[0]
    other = (4 * Z @ turn + 7).astype(np.float32)
    ours, theirs = relative_plane(Z, other, ANCHORS, measure)
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    assert (ours.std(0) > 0.1).all()
    again, _ = relative_plane(Z, other, ANCHORS, measure)
    np.testing.assert_array_equal(ours, again)


def test_spaces_of_other_dimensions_and_images_in_another_order_look_alike() -> None:
    order = DRAW.permutation(len(Z))
    wider = np.concatenate([Z[order], np.zeros((len(Z), 3), np.float32)], axis=1)
    pairs = np.stack([np.arange(40), np.argsort(order)[:40]], axis=1)
    ours, theirs = relative_plane(Z, wider, pairs, "euclidean")
    np.testing.assert_allclose(ours[order], theirs, atol=1e-3)


@pytest.mark.parametrize(
    ("anchors", "measure", "problem"),
    [
        (ANCHORS[:2], "cosine", "at least 3 anchors"),
        (ANCHORS + 490, "cosine", "expected images 0 to 499"),
        (ANCHORS, "angle", "no measure 'angle'"),
    ],
)
def test_what_is_not_possible_is_refused(anchors: np.ndarray, measure: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        relative_plane(Z, Z, anchors, measure)


def test_the_job_keeps_both_charts(small_bundle: Path, wide_bundle: Path) -> None:
    anchors, others = np.arange(10), np.arange(10)[::-1].copy()
    assert len(list(_work(Relate(small_bundle, wide_bundle, anchors, others, "cosine")))) > 1
    seals = [read_config(each).seal for each in (small_bundle, wide_bundle)]
    for number, (folder, own, other) in enumerate(((small_bundle, anchors, others), (wide_bundle, others, anchors))):
        spec = relative_spec(seals[number], seals[1 - number], own.tolist(), other.tolist())
        seen = open_bundle(folder).with_chart(spec)
        assert seen.chart_text == str(spec)
        assert np.isfinite(seen.uv).all()
