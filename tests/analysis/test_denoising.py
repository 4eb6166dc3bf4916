"""Plain filters do what their names say, and corrupted images are judged against the clean ones."""

import numpy as np
import pytest

from latent_explorer.analysis.denoising import FILTERS, Cleaned, PlainFilter, cleaned, gaussian, median, non_local_means

RANDOM = np.random.default_rng(0)


def squares(count: int) -> np.ndarray:
    """Bright squares on black, each elsewhere."""
    images = np.zeros((count, 20, 20, 1), np.uint8)
    places = np.random.default_rng(2).integers(2, 10, (count, 2))
    for image, (row, column) in zip(images, places, strict=True):
        image[row : row + 8, column : column + 8] = 220
    return images


def noisy(images: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 50, images.shape)
    return (images + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("one", FILTERS, ids=lambda one: one.name)
def test_a_filter_removes_noise_and_leaves_what_is_even(one: PlainFilter) -> None:
    images = squares(6)
    spoiled = noisy(images)
    errors = [np.square(one.run(spoiled, value).astype(float) - images).mean() for value in one.parameters]
    assert min(errors) < 0.8 * np.square(spoiled.astype(float) - images).mean()
    even = np.full((2, 9, 9, 3), 77, np.uint8)
    for value in one.parameters:
        assert np.abs(one.run(even, value).astype(int) - 77).max() <= 1
        assert one.run(even, value).shape == even.shape


def test_the_first_parameter_leaves_images_as_they_are() -> None:
    images = squares(3)
    assert np.array_equal(median(images, 1), images)
    assert np.array_equal(gaussian(images, 0), images)
    assert np.abs(non_local_means(images, 0.01).astype(int) - images).max() <= 1


def test_all_is_held_against_the_clean_images() -> None:
    images, train = squares(8), squares(8)
    *_, found = cleaned(images, train, noisy, lambda some: images if len(some) == 8 else some)
    assert isinstance(found, Cleaned)
    assert found.psnr["cleaned"] == found.psnr["cleaned_of_clean"] == 80  # a model that knows them by heart
    for each in FILTERS:
        assert found.psnr["corrupted"] < found.psnr[each.name] < 80
        assert found.parameters[each.name] in each.parameters
    assert found.mean_psnr.keys() == found.psnr.keys()


def test_where_a_filter_does_harm_it_is_left_out() -> None:
    images = RANDOM.integers(0, 256, (4, 12, 12, 1)).astype(np.uint8)
    *_, found = cleaned(images, images, lambda some: some, lambda some: some)
    assert isinstance(found, Cleaned)
    assert found.parameters["median"] == 1
    assert found.parameters["gaussian"] == 0
