"""What callers hand over: every usual form is taken for the same, and any other refused with what to do."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latent_explorer import Bundle, UserError, open_bundle
from latent_explorer.api.images import as_images
from latent_explorer.array_like import as_array, as_latents
from latent_explorer.errors import DataError

GREY = np.random.default_rng(0).integers(0, 256, (5, 8, 6, 1), dtype=np.uint8)
COLOUR = np.random.default_rng(0).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
SHARES = GREY.astype(np.float32) / 255


def taken(value: object, shape: tuple[int, int, int] = (8, 6, 1)) -> np.ndarray:
    found = as_images(value, shape)
    return found.batch(0, len(found))


@pytest.mark.parametrize(
    "value",
    [
        GREY,
        GREY[..., 0],
        GREY.transpose(0, 3, 1, 2),
        GREY.tolist(),
        GREY[..., 0].astype(np.int64),
        np.asfortranarray(GREY),
        SHARES,
        SHARES.astype(np.float64),
        SHARES[..., 0].tolist(),
        torch.from_numpy(GREY),
        torch.from_numpy(SHARES).permute(0, 3, 1, 2),
        torch.from_numpy(SHARES).requires_grad_(),
        [torch.from_numpy(each) for each in SHARES],
        [Image.fromarray(each[..., 0]) for each in GREY],
        list(GREY),
    ],
)
def test_grey_images_are_the_same_in_any_form(value: object) -> None:
    found = taken(value)
    assert (found.shape, found.dtype) == ((5, 1, 8, 6), np.float32)
    assert found.flags.c_contiguous
    assert np.array_equal(found, SHARES.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("value", [COLOUR, COLOUR.transpose(0, 3, 1, 2), torch.from_numpy(COLOUR), COLOUR / 255])
def test_colour_images_are_the_same_in_any_form(value: object) -> None:
    assert np.allclose(taken(value, (8, 6, 3)), COLOUR.transpose(0, 3, 1, 2) / np.float32(255))


@pytest.mark.parametrize(
    "value", [GREY[0], GREY[0, ..., 0], GREY[0].transpose(2, 0, 1)[0], Image.fromarray(GREY[0, ..., 0])]
)
def test_a_single_image_is_told_from_a_batch(value: object) -> None:
    found = as_images(value, (8, 6, 1))
    assert found.single
    assert np.array_equal(found.batch(0, 1)[0], SHARES[0].transpose(2, 0, 1))
    assert as_images(COLOUR[0], (8, 6, 3)).single
    assert as_images(COLOUR[0].transpose(2, 0, 1), (8, 6, 3)).single


def test_one_image_in_a_batch_stays_one() -> None:
    for value in (GREY[:1], GREY[:1, ..., 0], COLOUR[:1]):
        assert not as_images(value, (8, 6, value.shape[3] if value.ndim == 4 else 1)).single


def test_half_precision_and_bools_are_taken() -> None:
    half = taken(torch.from_numpy(SHARES).bfloat16())
    assert np.abs(half - SHARES.transpose(0, 3, 1, 2)).max() < 0.01
    assert np.array_equal(taken(GREY > 100), (GREY > 100).transpose(0, 3, 1, 2).astype(np.float32))


def test_rounding_beyond_the_range_is_cut_off() -> None:
    beyond = np.full((1, 8, 6), 1 + 3e-6, np.float32)
    assert taken(beyond).max() == 1
    assert taken(-3e-6 * beyond).min() == 0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (SHARES * 2 - 1, r"within 0\.\.1, found -1\.\.1; \(images \+ 1\) / 2"),
        (SHARES * 255, r"within 0\.\.1, found 0\.\.255; images / 255"),
        (SHARES * 300 - 20, r"within 0\.\.1, found -20\.\.280$"),
        (np.where(SHARES > 0.5, np.nan, SHARES), "not finite"),
        (np.full((1, 8, 6), np.inf), "not finite"),
        (np.full((1, 8, 6), 256), r"whole numbers within 0\.\.255, found 256\.\.256"),
        (GREY.astype(np.int64) - 1, r"whole numbers within 0\.\.255, found -1"),
        ((GREY > 100).astype(np.int64), "uint8 in 0\\.\\.255 or float in 0\\.\\.1, found int64 of at most 1"),
        (GREY[:, :7], r"\(n, 8, 6\), \(n, 8, 6, 1\) or \(n, 1, 8, 6\), found \(5, 7, 6, 1\); stretch or crop"),
        (GREY.reshape(5, 48), r"found \(5, 48\); images.reshape\(-1, 8, 6\)"),
        (COLOUR, "takes grey levels"),
        (np.zeros(3), r"found \(3,\)$"),
        ("seven.png", "expected numbers, found str"),
        (None, "expected numbers, found NoneType"),
        ([[1, 2], [3]], "rows of one length, found a list of 2"),
        ({"images": GREY}, "expected numbers, found dict"),
        (GREY.astype(np.complex64), "expected numbers, found an array of complex64"),
    ],
)
def test_what_does_not_fit_says_what_was_found_and_what_to_do(value: object, said: str) -> None:
    with pytest.raises(UserError, match=f"^images: .*({said})") as refused:
        as_images(value, (8, 6, 1))
    assert str(refused.value).startswith("images: expected ")
    assert "\n" not in str(refused.value)


def test_a_model_of_colours_says_how_to_get_them_from_grey() -> None:
    with pytest.raises(DataError, match=r"\(n, 8, 6, 3\) or \(n, 3, 8, 6\), found .*repeat the grey level"):
        as_images(GREY, (8, 6, 3))
    with pytest.raises(DataError, match=r"images.reshape\(-1, 8, 6, 3\)"):
        as_images(COLOUR.reshape(5, -1), (8, 6, 3))
    assert np.array_equal(COLOUR.reshape(5, -1).reshape(-1, 8, 6, 3), COLOUR)


@given(st.integers(0, 4), st.sampled_from([1, 3]), st.booleans())
def test_no_form_is_mistaken_for_another(count: int, channels: int, first: bool) -> None:
    """Also where a picture is as wide as it has channels."""
    shape = (4, 3, channels)
    images = np.random.default_rng(count).integers(0, 256, (count, *shape), dtype=np.uint8)
    found = taken(images.transpose(0, 3, 1, 2) if first else images, shape)
    assert np.array_equal(found, images.transpose(0, 3, 1, 2) / np.float32(255))


@pytest.mark.parametrize(
    "value",
    [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], np.float64), torch.tensor([[1.0, 2], [3, 4]], requires_grad=True)],
)
def test_latents_are_the_same_in_any_form(value: object) -> None:
    found = as_latents(value, 2)
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1, 2, 3], r"expected an array \(n, 2\) or \(2,\), found \(3,\)"),
        ([[[1, 2]]], r"found \(1, 1, 2\)"),
        (5.0, r"found \(\)"),
        ([1, np.nan], "expected finite numbers"),
        ([1, 1e39], "expected finite numbers"),
        (["a", "b"], "expected numbers"),
    ],
)
def test_latents_that_do_not_fit_are_refused(value: object, said: str) -> None:
    with pytest.raises(UserError, match=f"^latents: .*{said}"):
        as_latents(value, 2)


def test_an_array_is_not_copied() -> None:
    array = np.zeros((2, 2), np.float32)
    assert as_array(array, "x") is array
    assert np.shares_memory(as_latents(array, 2), array)
    assert np.shares_memory(as_array(torch.from_numpy(array), "x"), array)


def test_what_is_refused_has_changed_nothing(small_bundle: Path) -> None:
    bundle: Bundle = open_bundle(small_bundle, device="cpu")
    before = bundle.decode([0, 0])
    with pytest.raises(UserError):
        bundle.decode([0, 0, 0])
    with pytest.raises(UserError, match="small is given no class: leave labels out"):
        bundle.decode([0, 0], labels=1)
    assert (bundle.decode([0, 0]) == before).all()
