"""An image of one's own becomes as the dataset's images are, by what is usual of those."""

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.data import open_dataset
from latent_explorer.data.preparing import CENTRE, CONTRAST, CROP, INVERT, SCALE, prepared, scale_words, steps_of
from latent_explorer.data.usual import Usual, mass_of, usual_of
from latent_explorer.errors import DataError

DIGITS = Usual((28, 28, 1), 0, 20, "mass", (14.5, 14.5))
PHOTOS = Usual((32, 32, 3))


@pytest.fixture(scope="module")
def mnist() -> NDArray[np.uint8]:
    images = open_dataset("mnist").images[:300]
    assert isinstance(images, np.ndarray)
    return images


@pytest.fixture
def stroke() -> NDArray[np.uint8]:
    """An L of dark ink on light paper, in the upper left of a large sheet."""
    sheet = np.full((300, 400, 1), 230, np.uint8)
    sheet[40:140, 60:72], sheet[128:140, 60:110] = 40, 40
    return sheet


def test_what_is_usual_of_digits(mnist: NDArray[np.uint8]) -> None:
    usual = usual_of(mnist)
    assert (usual.ground, usual.box, usual.centre) == (0, 20, "mass")
    assert np.allclose(usual.middle, 14.5, atol=0.3)


def test_dark_digits_on_white_are_as_usual_but_for_the_ground(mnist: NDArray[np.uint8]) -> None:
    usual = usual_of(255 - mnist)
    assert (usual.ground, usual.box, usual.centre, usual.bright) == (255, 20, "mass", False)


def test_photos_have_no_ground() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (50, 16, 16, 3), dtype=np.uint8)
    assert usual_of(noise) == Usual((16, 16, 3))


def test_things_that_are_drawn_anywhere_in_any_size_are_not_scaled_or_centred() -> None:
    draw = np.random.default_rng(0)
    images = np.zeros((200, 28, 28, 1), np.uint8)
    for image in images:
        row, column, side = *draw.integers(1, 12, 2), draw.integers(3, 15)
        image[row : row + side, column : column + side] = 255
    assert [step.name for step in steps_of(usual_of(images))] == ["invert", "contrast"]


def test_an_empty_dataset_of_one_level_is_a_ground() -> None:
    assert usual_of(np.zeros((5, 8, 8, 1), np.uint8)) == Usual((8, 8, 1), 0)


def test_images_of_the_dataset_stay_as_they_are(mnist: NDArray[np.uint8]) -> None:
    usual = usual_of(mnist)
    alike = [np.abs(prepared(image, usual).image.astype(int) - image).mean() < 1 for image in mnist[:100]]
    assert np.mean(alike) > 0.85  # others are moved by a pixel


def test_ink_on_paper_becomes_a_digit(stroke: NDArray[np.uint8]) -> None:
    made = prepared(stroke, DIGITS)
    assert made.image.shape == (28, 28, 1)
    assert made.done == ("invert", "contrast", "scale", "centre")
    assert made.image.min() == 0
    assert made.image.max() == 255
    rows, _, _ = np.nonzero(made.image > 24)
    assert rows.max() - rows.min() + 1 == 20  # the longer side
    assert np.allclose(mass_of(made.image[..., 0].astype(np.float32)), 14.5, atol=0.6)


@pytest.mark.parametrize("step", [INVERT, CONTRAST, SCALE, CENTRE])
def test_each_step_can_be_left_out(stroke: NDArray[np.uint8], step) -> None:
    made = prepared(stroke, DIGITS, {step.name})
    assert step.name not in made.done
    assert not np.array_equal(made.image, prepared(stroke, DIGITS).image)


def test_with_nothing_done_it_is_fitted_into_the_shape(stroke: NDArray[np.uint8]) -> None:
    made = prepared(stroke, DIGITS, {"invert", "contrast", "scale", "centre"})
    rows, columns, _ = np.nonzero(made.image < 128)
    assert made.done == ()
    assert (rows.min(), columns.min()) == (6, 4)  # 40 of 300 rows, on a sheet of 400 columns with bars above and below


def test_uneven_noise_of_paper_becomes_the_ground(stroke: NDArray[np.uint8]) -> None:
    noisy = (stroke.astype(int) + np.random.default_rng(0).integers(-8, 9, stroke.shape)).clip(0, 255).astype(np.uint8)
    made = prepared(noisy, DIGITS)
    assert (made.image[:, -3:] == 0).all()


def test_colour_becomes_grey_and_grey_becomes_colour(stroke: NDArray[np.uint8]) -> None:
    assert np.array_equal(prepared(stroke.repeat(3, 2), DIGITS).image, prepared(stroke, DIGITS).image)
    assert prepared(stroke, PHOTOS).image.shape == (32, 32, 3)


def test_a_photo_is_cropped_or_stretched() -> None:
    wide = np.zeros((64, 128, 3), np.uint8)
    wide[:, :32] = wide[:, 96:] = 255
    cropped, stretched = prepared(wide, PHOTOS), prepared(wide, PHOTOS, {CROP.name})
    assert (cropped.done, stretched.done) == (("crop",), ())
    assert cropped.image.max() == 0
    assert (stretched.image[:, :6] == 255).all()


def test_nothing_drawn_is_said() -> None:
    with pytest.raises(DataError, match="Nothing is drawn"):
        prepared(np.full((28, 28, 1), 255, np.uint8), DIGITS)


@pytest.mark.parametrize("image", [np.zeros((5, 5), np.uint8), np.zeros((0, 5, 1), np.uint8), np.zeros((5, 5, 1))])
def test_what_is_no_image_is_refused(image: NDArray) -> None:
    with pytest.raises(DataError, match="expected an image"):
        prepared(image, DIGITS)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 900, 3), (900, 1, 1)])
def test_strange_shapes_are_taken(shape: tuple[int, int, int]) -> None:
    image = np.zeros(shape, np.uint8)
    image.reshape(-1)[-3:] = 255
    if shape != (1, 1, 1):
        assert prepared(image, DIGITS).image.shape == (28, 28, 1)
    assert prepared(image, PHOTOS).image.shape == (32, 32, 3)


def test_what_is_aimed_at_in_words() -> None:
    assert scale_words(DIGITS) == "into 20 x 20 pixels, centred by mass"
    assert scale_words(PHOTOS) == ""
