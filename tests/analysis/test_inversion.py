"""Latents found by their pictures, of decoders whose answer is known."""

from collections.abc import Generator

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.analysis.inversion import Converging, Problem, Sample, Slope, Tether, invert, sampled
from latent_explorer.steps import finished

MIXING = np.random.default_rng(7).standard_normal((40, 30)).astype(np.float32)
Reals = NDArray[np.float32]


def decode(z: Reals) -> Reals:
    """Smooth pictures of 30 pixels, one to one."""
    mixed = z @ MIXING[: z.shape[1]] / np.sqrt(z.shape[1])
    return (1 / (1 + np.exp(-mixed))).astype(np.float32)


def slope(z: Reals, images: Reals) -> tuple[Reals, Reals]:
    pictures = decode(z)
    off = pictures - images
    pull = 2 / 30 * (off * pictures * (1 - pictures)) @ MIXING[: z.shape[1]].T / np.sqrt(z.shape[1])
    return np.square(off).mean(1), pull.astype(np.float32)


def sample_of(d: int) -> Sample:
    latents = np.random.default_rng(0).standard_normal((500, d)).astype(np.float32)
    return end_of(sampled(latents, decode, count=200))


def end_of(steps: Generator[float, None, Sample]) -> Sample:
    shares: list[float] = []
    made = finished(steps, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return made


def stages(problem: Problem) -> list[Converging]:
    return [found for found in invert(problem) if found is not None]


@pytest.mark.parametrize(("d", "way", "most"), [(2, None, 1e-6), (12, None, 1e-6), (12, slope, 1e-4), (40, None, 2e-3)])
def test_an_image_that_the_decoder_made_is_found(d: int, way: Slope | None, most: float) -> None:
    z = 0.7 * np.random.default_rng(3).standard_normal((5, d)).astype(np.float32)
    found = stages(Problem(decode(z), sample_of(d), decode, way, steps=60 if way else 0, price=0))
    assert found[-1].share == 1
    assert (found[-1].error < most).all()
    assert (found[-1].error <= found[-1].begun).all()
    np.testing.assert_allclose(found[-1].error, np.square(decode(found[-1].z) - decode(z)).mean(1), atol=1e-6)


def test_what_is_found_does_not_become_worse_on_the_way() -> None:
    images = np.random.default_rng(1).random((3, 30)).astype(np.float32)
    found = stages(Problem(images, sample_of(4), decode, price=0))
    errors = np.stack([each.error for each in found])
    assert (np.diff(errors, axis=0) <= 0).all()
    assert [each.share for each in found] == sorted(each.share for each in found)


def test_where_the_encoder_puts_an_image_is_one_of_the_starts() -> None:
    z = np.array([[1.5, -1.0]], np.float32)
    begun = stages(Problem(decode(z), sample_of(2), decode, encoded=z))[-1].begun
    assert begun[0] == pytest.approx(0, abs=1e-12)


def test_leaving_the_data_has_its_price() -> None:
    far = np.full((1, 2), 9.0, np.float32)
    free, dear = (stages(Problem(decode(far), sample_of(2), decode, price=price))[-1] for price in (0.0, 1.0))
    assert np.linalg.norm(dear.z) < np.linalg.norm(free.z)
    assert free.error[0] < dear.error[0]


def test_the_price_has_the_slope_that_it_says() -> None:
    tether = Tether(np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32))
    z = np.array([[4, 1, -2], [0, 0, 0]], np.float32)
    value, along = tether.excess(z)
    moved = (tether.excess(z + np.float32(1e-2) * np.eye(3, dtype=np.float32)[0])[0] - value) / 1e-2
    assert (value[0] > 0).all()
    np.testing.assert_allclose(moved[0], along[0, :, 0], atol=2e-3)
    assert tether.cost(np.zeros((1, 3), np.float32))[0] < tether.cost(z[:1])[0]


def test_no_piece_is_larger_than_asked_for() -> None:
    sizes = []

    def counted(z: Reals) -> Reals:
        sizes.append(len(z))
        return decode(z)

    sample = sample_of(6)
    stages(Problem(decode(sample.z[:7]), sample, counted, piece=16))
    assert max(sizes) <= 16
