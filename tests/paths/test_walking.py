"""Paths that need a model: walked with decoders of which the shortest way is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood
from latent_explorer.errors import UserError
from latent_explorer.paths import CURVES, Path, Space, WalkedPath, path_latents
from latent_explorer.paths.asking import answered
from latent_explorer.paths.pixels import pixels_of
from latent_explorer.paths.walking import walk_steps

START, END = np.array([-1, 0], np.float32), np.array([1, 0], np.float32)


def hill(z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Three pixels: the plane, and a hill at the origin over which the straight line from -1 to 1 leads."""
    height = 1.5 * np.exp(-4 * np.square(z).sum(1) - 1.2 * z[:, 1])
    return np.stack([z[:, 0], z[:, 1], height], axis=1).astype(np.float32)


def walked(path: Path, space: Space | None = None, decode: Any = hill, near: Any = None) -> WalkedPath:
    return answered(walk_steps(path, space or Space(2)), decode, near)


def test_a_geodesic_goes_around_what_a_straight_line_climbs() -> None:
    found = walked(Path(START, END, "geodesic", 48, "even"))
    assert found.figures.ratio is not None
    assert found.figures.ratio < 0.95
    assert np.abs(found.latents[:, 1]).max() > 0.2
    np.testing.assert_array_equal(found.latents[[0, -1]], [START, END])


def test_where_nothing_is_shorter_the_straight_line_is_kept() -> None:
    found = walked(Path(START, END, "geodesic", 9), decode=lambda z: z)
    np.testing.assert_allclose(found.latents, path_latents(Path(START, END, frames=9)), atol=1e-5)
    assert found.figures.ratio == pytest.approx(1)


@pytest.mark.parametrize("curve", ["straight", "spherical", "geodesic"])
def test_even_frames_differ_by_as_much_in_pixels(curve: str) -> None:
    even, steady = (walked(Path(START + 0.1, END, curve, 24, easing)).figures for easing in ("even", "steady"))
    assert even.greatest_to_mean is not None
    assert even.greatest_to_mean < 1.05
    assert steady.greatest_to_mean is not None
    assert len(even.steps) == 23
    if curve == "straight":
        assert steady.greatest_to_mean > 1.2


@pytest.mark.parametrize("curve", ["straight", "spherical", "geodesic"])
@pytest.mark.parametrize("easing", ["steady", "gentle", "even"])
def test_a_path_goes_through_each_of_its_way_points(curve: str, easing: str) -> None:
    ways = np.array([[0, 1], [0.5, 0.5]], np.float32)
    found = walked(Path(START, END, curve, 30, easing, ways))
    for latents in (found.latents, found.straight):
        assert len(latents) == 30
        for way in ways:
            assert np.linalg.norm(latents - way, axis=1).min() < 1e-5


def test_without_a_model_a_path_goes_through_its_way_points_too() -> None:
    ways = np.array([[0, 1], [0.5, 0.5]], np.float32)
    latents = path_latents(Path(START, END, "straight", 30, "gentle", ways))
    for way in ways:
        assert np.linalg.norm(latents - way, axis=1).min() < 1e-5
    np.testing.assert_array_equal(latents[[0, -1]], [START, END])


@pytest.mark.parametrize("easing", ["steady", "gentle"])
@pytest.mark.parametrize("at", [-1, -0.99, 0.99, 1])  # of way points that have no frames of their own nearest to them
def test_way_points_crowded_at_an_end_have_a_frame_each(at: float, easing: str) -> None:
    ways = np.array([[at, 0.001 * number] for number in range(5)], np.float32)
    latents = path_latents(Path(START, END, "straight", 48, easing, ways))
    assert len(latents) == 48
    for way in ways:
        assert np.linalg.norm(latents - way, axis=1).min() < 1e-5
    np.testing.assert_array_equal(latents[[0, -1]], [START, END])


def test_what_a_model_lacks_is_said() -> None:
    with pytest.raises(UserError, match="no path 'geodesic' here: this model has no decoder"):
        walked(Path(START, END, "geodesic"), Space(2, decodes=False))
    with pytest.raises(UserError, match="no path 'even' here: this model has no decoder"):
        walked(Path(START, END, easing="even"), Space(2, decodes=False))
    with pytest.raises(UserError, match="'geodesic' cannot be told from the ends of a path alone"):
        path_latents(Path(START, END, "geodesic"))
    with pytest.raises(UserError, match="of 3 dimensions, and the path of 2"):
        walked(Path(START, END), Space(3))


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (np.zeros((1, 3), np.float32), r"expected an array \(k, 2\), found \(1, 3\)"),
        (np.full((1, 2), np.nan, np.float32), "finite way points"),
        (np.zeros((65, 2), np.float32), "at most 64 way points between its ends, not 65"),
    ],
)
def test_impossible_way_points_are_refused(ways: NDArray[np.float32], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Path(START, END, ways=ways)


def test_every_curve_says_what_it_is_in_a_sentence() -> None:
    for curve in CURVES.values():
        assert curve.title[0].isupper()
        assert curve.sentence.endswith(".")


def test_large_pictures_are_compared_by_their_parts() -> None:
    import torch

    class Gradients:
        """Pictures of 256 x 256, grey levels by two latents across and down."""

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            across, down = torch.linspace(0, 1, 256), torch.linspace(0, 1, 256)[:, None]
            return (z[:, 0, None, None] * across + z[:, 1, None, None] * down)[:, None]

    z = torch.tensor([[0.0, 0.1], [0.5, 0.9]])
    pixels, whole = pixels_of(Gradients(), z), Gradients().decode(z).flatten(1)
    assert pixels.shape == (2, 64 * 64)
    apart, in_full = (pixels[0] - pixels[1]).norm(), (whole[0] - whole[1]).norm()
    assert float(apart / in_full) == pytest.approx(1, abs=0.01)


def test_a_way_in_many_dimensions_bends_in_a_few() -> None:
    """A hill in the first two of 40 dimensions, in which the data vary most."""
    means = np.random.default_rng(0).standard_normal((500, 40)).astype(np.float32) * ([1.0] * 2 + [0.05] * 38)
    near, space = Neighbourhood(means.astype(np.float32), None, 0), Space(40, means.astype(np.float32), usual_reach=5.0)
    start, end = np.zeros((2, 40), np.float32)
    start[0], end[0] = -1, 1
    found = walked(Path(start, end, "geodesic", 24, "even"), space, lambda z: hill(z[:, :2]), near.nearest)
    assert found.figures.ratio is not None
    assert found.figures.ratio < 0.97


def test_two_curves_beside_have_one_speed_and_the_shorter_waits() -> None:
    space = Space(2)
    short, long = (
        walked(Path(START, END, curve, 41, "even", beside=beside), space)
        for curve, beside in (("geodesic", "straight"), ("straight", "geodesic"))
    )
    ratio = short.figures.ratio
    assert ratio is not None
    moving = round(40 * ratio) + 1
    assert moving < 40
    assert not (short.latents[: moving - 1] == END).all(1).any()
    np.testing.assert_array_equal(short.latents[moving - 1 :], np.repeat(END[None], 42 - moving, axis=0))
    steps = [found.figures.steps[: moving - 1].mean() for found in (short, long)]
    assert steps[0] == pytest.approx(steps[1], rel=0.03)
    assert len(short.figures.steps) == len(long.figures.steps) == 40
    assert short.figures.greatest_to_mean is not None
    assert short.figures.greatest_to_mean < 1.05  # of the frames that move
    assert not (long.latents[:-1] == END).all(1).any()


def test_at_another_pace_each_takes_all_frames() -> None:
    alone = walked(Path(START, END, "geodesic", 41))
    beside = walked(Path(START, END, "geodesic", 41, beside="straight"))
    np.testing.assert_array_equal(alone.latents, beside.latents)


def test_a_curve_beside_that_is_not_possible_changes_nothing() -> None:
    alone = walked(Path(START, END, "straight", 41, "even"))
    beside = walked(Path(START, END, "straight", 41, "even", beside="density"))  # which needs data
    np.testing.assert_array_equal(alone.latents, beside.latents)
    with pytest.raises(UserError, match="unknown curve"):
        Path(START, END, beside="elsewhere")


def test_a_way_is_computed_once_for_both_and_one_given_up_is_computed_anew() -> None:
    space, asked = Space(2), []

    def decode(z: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(z))
        return hill(z)

    left = walk_steps(Path(START, END, "geodesic", 41, "even", beside="straight"), space)
    next(left)
    left.close()
    walked(Path(START, END, "geodesic", 41, "even", beside="straight"), space, decode)
    first = sum(asked)
    walked(Path(START, END, "straight", 41, "even", beside="geodesic"), space, decode)
    assert sum(asked) - first < first / 2
