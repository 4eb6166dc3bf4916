"""What a map's pictures are expected to get wrong: learnt from images whose error was measured, told of others."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from latent_explorer.analysis import ExpectedError, Look, MappedImages, MeasuredImages, coding

NOISE = np.random.default_rng(0)
FAR = np.array([(40.0, 0.0)])


class World:
    """Images in eight dimensions that are their own pictures, loud on the right of their map and quiet on the left."""

    def __init__(self, count: int, loudness: float = 6.0) -> None:
        self.uv = NOISE.uniform(-1, 1, (count, 2))
        self.told = shown(self.uv)
        loud = 0.1 * np.exp(np.log(loudness) * (self.uv[:, 0] + 1) / 2)[:, None]
        self.z = self.told + loud * NOISE.standard_normal((count, 8))
        self.error = np.square(self.z - self.told).mean(1)


def shown(uv: NDArray[np.floating]) -> NDArray[np.floating]:
    """What the chart shows at places (n, 2)."""
    return np.concatenate([uv, np.sin(3 * uv), np.cos(3 * uv), uv**2], axis=1)


def look(pictures: NDArray[np.floating]) -> Look:
    return Look.of(1 / (1 + np.exp(-pictures)), coding(8))


def learnt(world: World, own_error: bool = False) -> ExpectedError:
    images = MappedImages(world.uv, world.z, world.told, np.full(len(world.z), 0.01) if own_error else None)
    numbers = np.random.default_rng(1).permutation(len(world.z))[: max(2, len(world.z) // 2)]
    codes = look(world.z).codes[numbers]
    return ExpectedError(images, MeasuredImages(numbers, world.error[numbers], codes, look(world.told[numbers])))


def test_a_code_keeps_mean_squared_distances() -> None:
    for pixels in (8, 784, 3072):
        pictures = NOISE.uniform(0, 1, (40, pixels))
        code = coding(pixels)
        apart = np.square(pictures[:20] - pictures[20:]).mean(1)
        np.testing.assert_allclose(np.square((pictures[:20] - pictures[20:]) @ code).sum(1), apart, rtol=0.6)
        assert code.shape[1] <= 96


def test_the_error_of_images_that_were_not_looked_at_is_told() -> None:
    expected, others = learnt(World(3_000)), World(2_000)
    found = expected.error(others.uv, look(others.told))
    assert spearmanr(found, others.error).statistic > 0.7
    assert np.exp(np.log(found / others.error).mean()) == pytest.approx(1, rel=0.15)


def test_where_all_is_alike_nothing_is_told_but_the_usual() -> None:
    expected, others = learnt(World(2_000, loudness=1.0)), World(1_000, loudness=1.0)
    found = expected.error(others.uv, look(others.told))
    assert abs(spearmanr(found, others.error).statistic) < 0.15
    assert found.std() < 0.3 * found.mean()


def test_the_cover_begins_where_half_is_lost_and_is_whole_where_all_is() -> None:
    world = World(2_000)
    expected = learnt(world)
    here = np.zeros((5, 2))
    cover = expected.cover(here, expected.lost * np.array([0.1, 0.49, 0.75, 1.0, 5.0]))
    np.testing.assert_allclose(cover, [0, 0, 0.5, 1, 1], atol=1e-6)
    assert expected.cover(FAR, np.array([1e-6]))[0] == 1  # no image lies there


def test_an_image_does_not_tell_its_own_error() -> None:
    world = World(400, loudness=1.0)
    usual = learnt(world)._measured
    error = usual.error.copy()
    error[7] = 1e4
    expected = ExpectedError(learnt(world)._images, replace(usual, error=error))
    own = expected._figures(world.uv[usual.numbers], usual.shown, usual.numbers)
    mean_error = 4  # after brightness, greyness, and two figures of all images
    assert own[7, mean_error] < np.log(1e4 / 100)
    others = expected._figures(world.uv[usual.numbers[7], None], look(world.told[usual.numbers[7], None]))
    assert others[0, mean_error] > np.log(1e4 / 100)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_few_images_are_enough_to_say_something(count: int) -> None:
    world = World(count)
    found = learnt(world).error(world.uv, look(world.told))
    assert found.shape == (count,)
    assert np.isfinite(found).all()
    alike = World(count)
    alike.uv[:] = 0
    assert np.isfinite(learnt(alike).error(alike.uv, look(alike.told))).all()
