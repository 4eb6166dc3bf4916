"""Paths: their ends, their symmetry, their pace."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths import CURVES, EASINGS, Path, path_latents

Latent = NDArray[np.float32]

NUMBERS = st.floats(-8, 8, width=32)
PLAIN = sorted(name for name, curve in CURVES.items() if not curve.needs_model)
PACES = sorted(name for name, easing in EASINGS.items() if not easing.needs_decoder)
CURVE, EASING, FRAMES = st.sampled_from(PLAIN), st.sampled_from(PACES), st.integers(2, 60)


@st.composite
def ends(draw: st.DrawFn) -> tuple[Latent, Latent]:
    dimensions = draw(st.integers(1, 6))
    points = arrays(np.float32, dimensions, elements=NUMBERS)
    return draw(points), draw(points)


@st.composite
def well_apart(draw: st.DrawFn) -> tuple[Latent, Latent]:
    """Ends of the same length, neither nearly the same nor nearly opposite, so that one great circle joins them."""
    dimensions, seed = draw(st.integers(2, 6)), draw(st.integers(0, 10_000))
    one, other = np.random.default_rng(seed).standard_normal((2, dimensions))
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    assume(abs(one @ other) < 0.99)
    radius = draw(st.floats(0.1, 20))
    return (radius * one).astype(np.float32), (radius * other).astype(np.float32)


@given(ends(), CURVE, FRAMES, EASING)
def test_a_path_begins_and_ends_exactly_where_it_should(
    ends: tuple[Latent, Latent], curve: str, frames: int, easing: str
) -> None:
    latents = path_latents(Path(*ends, curve, frames, easing))
    assert latents.shape == (frames, len(ends[0]))
    assert latents.dtype == np.float32
    np.testing.assert_array_equal(latents[0], ends[0])
    np.testing.assert_array_equal(latents[-1], ends[1])
    assert np.isfinite(latents).all()


@given(ends(), CURVE, FRAMES, EASING)
def test_the_way_back_is_the_way_there_reversed(
    ends: tuple[Latent, Latent], curve: str, frames: int, easing: str
) -> None:
    there = path_latents(Path(ends[0], ends[1], curve, frames, easing))
    back = path_latents(Path(ends[1], ends[0], curve, frames, easing))
    np.testing.assert_allclose(back[::-1], there, rtol=1e-5, atol=1e-5)


@given(ends(), FRAMES)
def test_a_steady_straight_path_has_equal_steps(ends: tuple[Latent, Latent], frames: int) -> None:
    latents = path_latents(Path(*ends, "straight", frames)).astype(np.float64)
    step = (ends[1].astype(np.float64) - ends[0]) / (frames - 1)
    np.testing.assert_allclose(np.diff(latents, axis=0), np.broadcast_to(step, (frames - 1, len(step))), atol=1e-5)


@given(well_apart(), FRAMES, EASING)
def test_a_spherical_path_between_equal_radii_keeps_the_radius(
    ends: tuple[Latent, Latent], frames: int, easing: str
) -> None:
    radii = np.linalg.norm(path_latents(Path(*ends, "spherical", frames, easing)), axis=1)
    np.testing.assert_allclose(radii, radii[0], rtol=1e-5)


@given(well_apart(), st.integers(3, 60))
def test_a_steady_spherical_path_turns_by_equal_angles(ends: tuple[Latent, Latent], frames: int) -> None:
    latents = path_latents(Path(*ends, "spherical", frames)).astype(np.float64)
    units = latents / np.linalg.norm(latents, axis=1, keepdims=True)
    angles = 2 * np.arcsin(np.linalg.norm(np.diff(units, axis=0), axis=1) / 2)
    np.testing.assert_allclose(angles, angles.mean(), atol=1e-5)


@given(well_apart(), st.floats(0.2, 5))
def test_between_unequal_radii_the_radius_changes_in_proportion(ends: tuple[Latent, Latent], factor: float) -> None:
    end = (factor * ends[1]).astype(np.float32)
    radii = np.linalg.norm(path_latents(Path(ends[0], end, "spherical", 9)), axis=1)
    np.testing.assert_allclose(radii, np.linspace(radii[0], radii[-1], 9), rtol=1e-4)


@pytest.mark.parametrize("end", [[0.0, 0.0], [2.0, 4.0], [-3.0, -6.0]], ids=["origin", "same", "opposite"])
def test_where_no_great_circle_is_singled_out_the_path_is_straight(end: list[float]) -> None:
    start, last = np.array([1.0, 2.0], np.float32), np.array(end, np.float32)
    np.testing.assert_allclose(
        path_latents(Path(start, last, "spherical", 7)), path_latents(Path(start, last, "straight", 7)), atol=1e-6
    )


@pytest.mark.parametrize("easing", sorted(EASINGS))
def test_an_easing_leads_from_0_to_1_without_turning_back(easing: str) -> None:
    t = EASINGS[easing](np.linspace(0, 1, 200))
    assert t[0] == 0
    assert t[-1] == 1
    assert (np.diff(t) > 0).all()
    np.testing.assert_allclose(t + t[::-1], 1)


def test_a_gentle_path_is_slow_at_both_ends() -> None:
    latents = path_latents(Path(np.zeros(1, np.float32), np.ones(1, np.float32), "straight", 21, "gentle"))
    steps = np.diff(latents[:, 0])
    assert steps[0] < 0.2 * steps[10] > steps[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"curve": "wavy"}, "unknown curve 'wavy': expected one of straight, spherical"),
        ({"easing": "abrupt"}, "unknown easing 'abrupt'"),
        ({"frames": 1}, "2 to 240 frames, not 1"),
        ({"frames": 241}, "2 to 240 frames, not 241"),
        ({"end": np.zeros(3, np.float32)}, r"two ends of one dimension, found \(2,\) and \(3,\)"),
        ({"end": np.array([np.nan, 0], np.float32)}, "finite ends"),
    ],
)
def test_an_impossible_path_is_refused(change: dict[str, object], said: str) -> None:
    good: dict[str, object] = {"start": np.zeros(2, np.float32), "end": np.ones(2, np.float32)}
    with pytest.raises(UserError, match=said):
        Path(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(("radius", "angle"), [(1e-3, 1.0), (1.0, 3e-3), (1.0, np.pi - 3e-3)])
def test_a_great_circle_is_walked_as_long_as_there_is_one(radius: float, angle: float) -> None:
    """Close to the origin, and close to one line through it, where it is straight only in the end."""
    one, other = np.array([radius, 0], np.float32), radius * np.array([np.cos(angle), np.sin(angle)], np.float32)
    latents = path_latents(Path(one, other.astype(np.float32), "spherical", 41)).astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(latents, axis=1), radius, rtol=1e-5)
    np.testing.assert_allclose(np.arctan2(latents[20, 1], latents[20, 0]), angle / 2, rtol=1e-3)


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_end_with_one_number_that_is_not_finite_is_refused(end: int, wrong: float) -> None:
    ends = np.zeros((2, 3), np.float32)
    ends[end, 1] = wrong
    with pytest.raises(UserError, match="finite ends"):
        Path(*ends)
