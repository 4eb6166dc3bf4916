"""Numbers come back to the bit, and cost what the tables say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from latent_explorer.analysis.compression import BITS, Quantiser
from latent_explorer.analysis.compression.coder import decoded, encoded
from latent_explorer.analysis.compression.tables import FORMS, TOTAL, Form, read, written
from latent_explorer.analysis.compression.varints import VarintReader, folded, packed
from latent_explorer.errors import DataError, UserError

LATENTS = np.random.default_rng(0).standard_normal((500, 6)).astype(np.float32) * [2, 1, 1, 0.5, 0.1, 0]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bits", BITS)
def test_symbols_come_back_to_the_bit(form: Form, bits: int) -> None:
    symbols = Quantiser.of(LATENTS, bits).symbols(LATENTS)
    tables = read(written(symbols, form), symbols.shape[1], form)
    content = encoded(symbols, tables)
    assert np.array_equal(decoded(content, len(symbols), tables), symbols)
    bits_told = sum(table.bits(column).sum() for table, column in zip(tables, symbols.T, strict=True))
    assert abs(8 * len(content) - bits_told) < 0.01 * bits_told + 48
    assert all(sum(table.frequencies) == TOTAL and min(table.frequencies) >= 1 for table in tables)


@settings(max_examples=60, deadline=None)
@given(arrays(np.int32, st.tuples(st.integers(1, 20), st.integers(1, 5)), elements=st.integers(-3000, 3000)))
def test_any_numbers_come_back(symbols: np.ndarray) -> None:
    for form in FORMS:
        tables = read(written(symbols, form), symbols.shape[1], form)
        assert np.array_equal(decoded(encoded(symbols, tables), len(symbols), tables), symbols)


def test_a_dimension_that_is_all_one_costs_nothing() -> None:
    symbols = np.full((1000, 3), 7, np.int32)
    tables = read(written(symbols, "counted"), 3, "counted")
    assert len(encoded(symbols, tables)) == 4


def test_a_step_halves_with_each_bit_and_is_chosen_from_training_latents() -> None:
    steps = [Quantiser.of(LATENTS, bits).step for bits in BITS]
    assert np.allclose(np.array(steps[:-1]) / steps[1:], 2)
    spread = np.sqrt(LATENTS.astype(np.float64).var(0).mean())
    assert steps[BITS.index(3)] == pytest.approx(spread, rel=1e-6)
    quantiser = Quantiser.of(LATENTS, 4)
    back = quantiser.latents(quantiser.symbols(LATENTS))
    assert np.abs(back - LATENTS).max() <= quantiser.step / 2 * 1.001


@pytest.mark.parametrize(
    ("train", "bits", "words"),
    [(LATENTS, 0, "from 1 to 8, found 0"), (LATENTS, 9, "found 9"), (np.ones((5, 2)), 4, "all the same")],
)
def test_what_gives_no_step_is_refused(train: np.ndarray, bits: int, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Quantiser.of(train, bits)


def test_latents_far_out_are_refused() -> None:
    for wrong in (np.nan, np.inf, 1e30):
        with pytest.raises(UserError, match="too far"):
            Quantiser(0.1).symbols(np.array([[wrong]], np.float32))
    with pytest.raises(UserError, match="fewer bits"):
        written(np.array([[0], [10**6]], np.int32), "bell")


def test_small_numbers_take_a_byte() -> None:
    numbers = [0, 1, 127, 128, 2**14, 2**35 - 1]
    content = packed(numbers)
    assert len(content) == 1 + 1 + 1 + 2 + 3 + 5
    reader = VarintReader(content)
    assert [reader.take() for _ in numbers] == numbers
    assert reader.ended
    signed = [0, -1, 1, -2, 2, -(2**31), 2**31]
    reader = VarintReader(packed(map(folded, signed)))
    assert [reader.take_signed() for _ in signed] == signed
    for wrong, words in ((b"\x80", "too early"), (b"\xff" * 6, "too long")):
        with pytest.raises(DataError, match=words):
            VarintReader(wrong).take()
