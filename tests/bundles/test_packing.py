"""Latents kept in fewer bits come back within what they were rounded by, and in full size."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load, save

from latent_explorer.bundles import Latents, check_bundle, read_latents, save_bundle
from latent_explorer.bundles.files import CARD, CONFIG, LATENTS, PREVIEW, WEIGHTS, sealed_config
from latent_explorer.bundles.latents import layout, packed, restored
from latent_explorer.errors import BundleError

PNG = b"\x89PNG\r\n\x1a\n and the rest"
means = arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=st.floats(-1e4, 1e4, width=32))


def of(mean: np.ndarray, *, variance: bool = True) -> Latents:
    count = len(mean)
    return Latents(
        mean=mean,
        log_variance=mean / 2 if variance else None,
        label=np.arange(count) % 2,
        split=np.zeros(count, np.uint8),
        error=np.linspace(0, 1, count, dtype=np.float32),
    )


@given(means, st.booleans())
def test_steps_round_by_half_a_step_of_their_dimension(mean: np.ndarray, variance: bool) -> None:
    kept = packed(of(mean, variance=variance), "uint8")
    span = np.ptp(mean.astype(float), axis=0)
    assert (np.abs(restored(kept).mean - mean) <= span / 255 * 0.501 + 1e-6 * np.abs(mean).max() + 1e-38).all()
    assert ("log_variance" in kept) == variance
    assert kept["mean"].nbytes * 4 == mean.nbytes


@given(means)
def test_halves_round_by_one_part_in_two_thousand(mean: np.ndarray) -> None:
    kept = packed(of(mean), "float16")
    np.testing.assert_allclose(restored(kept).mean, mean, rtol=2**-11, atol=1e-7)
    assert kept["log_variance"].dtype == np.uint8


@pytest.mark.parametrize("precision", ["float32", "float16", "uint8"])
@given(means, st.booleans())
def test_what_is_packed_fits_its_layout(precision, mean, variance):
    kept = packed(of(mean, variance=variance), precision)
    expected = layout(kept, *mean.shape, labelled=True)
    assert {name: (array.dtype.name, array.shape) for name, array in kept.items()} == {
        name: (kept[name].dtype.name, shape) for name, (types, shape) in expected.items() if kept[name].dtype in types
    }


@pytest.mark.parametrize("precision", ["float32", "float16", "uint8"])
def test_a_bundle_gives_latents_in_full_size_whatever_its_precision(small_config, tmp_path, precision):
    mean = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    folder = save_bundle(tmp_path / "b", small_config, {}, of(mean), "# Card", PNG, precision=precision)
    found = read_latents(folder)
    assert {found.mean.dtype, found.log_variance.dtype, found.error.dtype} == {np.dtype(np.float32)}
    assert found.label.dtype == np.int64
    np.testing.assert_array_equal(found.label, of(mean).label)
    np.testing.assert_allclose(found.mean, mean, atol=0.02)
    np.testing.assert_allclose(found.log_variance, mean / 2, atol=0.02)


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("mean_step", np.full(2, np.nan, np.float32)),
        ("mean_step", np.full(2, 1e38, np.float32)),
        ("mean_low", np.full(2, np.inf, np.float32)),
        ("mean_low", np.zeros(3, np.float32)),
        ("mean_low", np.zeros(2)),
        ("mean_low", None),
        ("label", np.full(4, 200, np.uint8)),
        ("error", np.full(4, 2, np.float16)),
    ],
)
def test_packed_latents_that_lie_are_refused(small_config, tmp_path, name, lie):
    mean = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    folder = save_bundle(tmp_path / "b", small_config, {}, of(mean), "# Card", PNG, precision="uint8")
    contents = {file: (folder / file).read_bytes() for file in (WEIGHTS, LATENTS, CARD, PREVIEW)}
    tensors = load(contents[LATENTS]) | {name: lie}
    contents[LATENTS] = save({key: array for key, array in tensors.items() if array is not None})
    sealed = sealed_config(msgspec.structs.replace(small_config, files={}), contents)
    for file, content in {**contents, CONFIG: sealed}.items():
        (folder / file).write_bytes(content)
    with pytest.raises(BundleError, match=r"latents\.safetensors: expected"):
        check_bundle(folder)
