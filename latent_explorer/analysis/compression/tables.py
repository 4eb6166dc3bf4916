"""Frequency tables of symbols for the coder, and their serialisation.

There are two forms, and the writer uses the shorter: the counts themselves, for sets of thousands, or a bell curve of
four numbers per dimension, for small sets. Frequencies are integers computed with sums, products and quotients only,
which every machine rounds alike: the reader must reproduce them exactly.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.compression.quantiser import Symbols
from latent_explorer.analysis.compression.varints import VarintReader, folded, packed
from latent_explorer.errors import DataError, UserError

TOTAL_BITS = 16
TOTAL = 1 << TOTAL_BITS
"""The sum of the frequencies of a table."""
_MOST_SYMBOLS = TOTAL // 4  # in one table: each has a frequency of at least one
_FINE = 8  # units per step of the centre and width of a bell curve
_TAIL = 8  # the power of the bell 1 / (1 + x²)^8, Student's t with 15 degrees of freedom

Form = Literal["counted", "bell"]
FORMS: tuple[Form, ...] = ("counted", "bell")


@dataclass(frozen=True)
class Table:
    """symbols: ascending. frequencies: of each, at least 1, TOTAL in all. starts: their sums before each."""

    symbols: tuple[int, ...]
    frequencies: tuple[int, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, symbols: list[int], weights: NDArray[np.float64]) -> "Table":
        """A table with frequencies in proportion to weights >= 0 (k,), at least one positive, 1 <= k <= TOTAL / 4."""
        count = len(symbols)
        shares = np.floor(weights / math.fsum(weights) * (TOTAL - count)).astype(np.int64) + 1
        shares[int(shares.argmax())] += TOTAL - int(shares.sum())  # the remainder from rounding down
        frequencies = tuple(shares.tolist())
        return cls(tuple(symbols), frequencies, (0, *accumulate(frequencies[:-1])))

    def at(self, slot: int) -> int:
        """The index of the symbol whose range contains a slot in 0..TOTAL - 1."""
        return bisect_right(self.starts, slot) - 1

    def bits(self, values: NDArray[np.int32]) -> NDArray[np.float64]:
        """The cost of each value (n,) in bits; infinite if it is not in the table."""
        known = np.array(self.symbols)
        places = np.searchsorted(known, values).clip(max=len(known) - 1)
        bits = TOTAL_BITS - np.log2(np.array(self.frequencies, np.float64))[places]
        return np.where(known[places] == values, bits, np.inf)


def written(symbols: Symbols, form: Form) -> bytes:
    """The serialised tables of symbols (n, d), n >= 1, one per dimension. Raises UserError on too many values."""
    return b"".join(_WRITERS[form](column) for column in symbols.T)


def read(content: bytes, dimensions: int, form: Form) -> list[Table]:
    """The tables from a result of `written`. Raises DataError if they are damaged."""
    reader = VarintReader(content)
    tables = [_READERS[form](reader) for _ in range(dimensions)]
    if not reader.ended:
        raise DataError("its tables are longer than they say")
    return tables


def _counted(column: NDArray[np.int32]) -> bytes:
    """The number of symbols, the first one, and for each its difference from the previous one and its count."""
    values, counts = np.unique(column, return_counts=True)
    if len(values) > _MOST_SYMBOLS:
        raise UserError(f"one dimension takes {len(values):,} different values: choose fewer bits")
    counts = np.maximum(1, counts * _MOST_SYMBOLS // max(int(counts.sum()), _MOST_SYMBOLS))
    gaps = np.diff(values.astype(np.int64), prepend=int(values[0]) - 1) - 1
    pairs = np.stack([gaps, counts], 1).ravel().tolist()
    return packed([len(values), folded(int(values[0])), *pairs])


def _read_counted(reader: VarintReader) -> Table:
    count, symbol = _within(reader.take(), _MOST_SYMBOLS), reader.take_signed() - 1
    symbols, weights = [], []
    for _ in range(count):
        symbol += 1 + reader.take()
        symbols.append(symbol)
        weights.append(reader.take())
    _check_range(symbols)
    return Table.of(symbols, np.array(weights, np.float64) + (0 if any(weights) else 1))


def _bell(column: NDArray[np.int32]) -> bytes:
    """The lowest symbol, the number of symbols, and the centre and width of the bell curve in units of the step."""
    low, high = int(column.min()), int(column.max())
    if high - low >= _MOST_SYMBOLS:
        raise UserError("the values of one dimension lie too far apart: choose fewer bits")
    middle = round(_FINE * (float(column.mean()) - low))
    width = max(1, round(_FINE * float(column.std()) * (2 * _TAIL - 3) ** 0.5))
    return packed([folded(low), high - low + 1, middle, min(width, TOTAL)])


def _read_bell(reader: VarintReader) -> Table:
    low, count = reader.take_signed(), _within(reader.take(), _MOST_SYMBOLS)
    middle, width = reader.take(), _within(reader.take(), TOTAL)
    symbols = list(range(low, low + count))
    _check_range(symbols)
    away = (np.arange(count, dtype=np.float64) * _FINE - middle) / width
    bell = 1 + away * away
    for _ in range(_TAIL.bit_length() - 1):
        bell = bell * bell
    return Table.of(symbols, 1 / bell)


def _within(number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise DataError(f"a number in its tables is {number:,}: expected 1 to {most:,}")
    return number


def _check_range(symbols: list[int]) -> None:
    if not -(2**31) <= symbols[0] <= symbols[-1] < 2**31:
        raise DataError("a symbol in its tables is too large")


_WRITERS = {"counted": _counted, "bell": _bell}
_READERS = {"counted": _read_counted, "bell": _read_bell}
