"""Curves through data: where they run, in spaces made so that it is known."""

import numpy as np
import pytest

from latent_explorer.analysis import Neighbourhood
from latent_explorer.errors import UserError
from latent_explorer.paths import Path, Space, WalkedPath
from latent_explorer.paths.asking import answered
from latent_explorer.paths.neighbour_graph import graph_of
from latent_explorer.paths.walking import walk_steps

DRAW = np.random.default_rng(0)
ANGLES = np.linspace(0, np.pi, 600)
HALF_RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1) + 0.02 * DRAW.standard_normal((600, 2))
BLOCK = DRAW.uniform((-0.3, -0.3), (0.3, 0.3), (400, 2))
RING_AND_BLOCK = np.concatenate([HALF_RING, BLOCK]).astype(np.float32)
LABELS = np.repeat([0, 1], [600, 400])
ENDS = RING_AND_BLOCK[0], RING_AND_BLOCK[599]


def walked(path: Path, means: np.ndarray = RING_AND_BLOCK, label: np.ndarray | None = LABELS) -> WalkedPath:
    near = Neighbourhood(means, label, 2)
    reach = near.reach(means, of_images=True)
    usual, largest = np.quantile(reach, (0.95, 0.99)).tolist()
    space = Space(2, means, label, 2, usual_reach=usual, largest_reach=largest, class_names=("ring", "block"))
    return answered(walk_steps(path, space), lambda z: z, near.nearest)


@pytest.mark.parametrize("curve", ["density", "through_images", "same_class"])
def test_a_curve_through_data_stays_with_them(curve: str) -> None:
    means, label = RING_AND_BLOCK[:600], LABELS[:600]
    found = walked(Path(*ENDS, curve, 40), means, label)
    assert found.straight_figures.off_share is not None
    assert found.straight_figures.off_share > 0.5
    assert found.figures.off_share is not None
    assert found.figures.off_share < 0.1
    assert found.latents[:, 1].max() > 0.9


def test_through_images_each_corner_is_one() -> None:
    found = walked(Path(*ENDS, "through_images", 240))
    distance = np.linalg.norm(found.latents[:, None] - RING_AND_BLOCK, axis=2).min(1)
    assert np.median(distance) < 0.02


def test_a_path_within_a_class_avoids_the_other() -> None:
    found = walked(Path(*ENDS, "same_class", 48, "even"))
    assert set(found.figures.label) == {0}
    assert set(found.straight_figures.label) == {0, 1}
    assert (found.figures.sure > 0.9).all()


def test_ends_of_two_classes_have_no_path_within_one() -> None:
    with pytest.raises(UserError, match="its start lies among images of ring, its end among those of block"):
        walked(Path(ENDS[0], np.zeros(2, np.float32), "same_class"))


def test_without_labels_there_is_no_path_within_a_class() -> None:
    with pytest.raises(UserError, match="no path 'same_class' here: these data have no labels"):
        walked(Path(*ENDS, "same_class"), label=None)


def test_a_geodesic_pays_for_leaving_the_data() -> None:
    """Pixels are latents here, so that the straight line is the shortest, and yet leaves the ring."""
    found = walked(Path(*ENDS, "geodesic"), RING_AND_BLOCK[:600], LABELS[:600])
    assert found.figures.ratio == pytest.approx(1, abs=1e-3)


def test_a_graph_of_two_islands_is_joined() -> None:
    points = np.concatenate([DRAW.normal(0, 0.1, (50, 2)), DRAW.normal(5, 0.1, (50, 2))])
    graph = answered(graph_of(points, 2.0), None, None)
    way = graph.shortest(points[0] + 0.01, points[-1] + 0.01)
    assert np.linalg.norm(way[0] - points[0]) < 0.1
    assert np.linalg.norm(way[-1] - points[-1]) < 0.1
    assert len(way) > 3
