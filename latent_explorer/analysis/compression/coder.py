"""Entropy coding by asymmetric numeral systems (Duda 2013, "Asymmetric numeral systems"): a range coder whose state is
one integer, exact on every machine."""

import numpy as np

from latent_explorer.analysis.compression.quantiser import Symbols
from latent_explorer.analysis.compression.tables import TOTAL_BITS, Table
from latent_explorer.errors import DataError

LEAST_BYTES = 4
"""The maximum number of coded numbers that cost nothing."""
_LEAST = 1 << 16  # of the state between two symbols, which is below 2^32
_WORD = 16  # bits that the state writes or reads at a time
_MASK = (1 << TOTAL_BITS) - 1


def encoded(symbols: Symbols, tables: list[Table]) -> bytes:
    """Symbols (n, d), each coded with the table of its dimension: the final state, then the words written."""
    places = [_shares(table) for table in tables]
    state, words = _LEAST, []
    backwards = list(reversed(places))
    for row in reversed(symbols.tolist()):  # the decoder reads in reverse
        for symbol, known in zip(reversed(row), backwards, strict=True):
            frequency, start = known[symbol]
            if state >= frequency << _WORD:
                words.append(state & 0xFFFF)
                state >>= _WORD
            state = (state // frequency << TOTAL_BITS) + state % frequency + start
    return state.to_bytes(LEAST_BYTES, "little") + np.array(words[::-1], "<u2").tobytes()


def _shares(table: Table) -> dict[int, tuple[int, int]]:
    """The frequency and the start of each symbol."""
    return dict(zip(table.symbols, zip(table.frequencies, table.starts, strict=True), strict=True))


def decoded(content: bytes, count: int, tables: list[Table]) -> Symbols:
    """The symbols int32 (count, d) of coded bytes. Raises DataError if they are not a result of `encoded`."""
    if len(content) < LEAST_BYTES or len(content) % 2:
        raise DataError("its coded part has an impossible length")
    state = int.from_bytes(content[:LEAST_BYTES], "little")
    words = np.frombuffer(content, "<u2", offset=LEAST_BYTES).tolist()
    words.reverse()
    out = np.empty((count, len(tables)), np.int32)
    row = [0] * len(tables)
    for number in range(count):
        for dimension, table in enumerate(tables):
            slot = state & _MASK
            place = table.at(slot)
            row[dimension] = table.symbols[place]
            state = table.frequencies[place] * (state >> TOTAL_BITS) + slot - table.starts[place]
            if state < _LEAST:
                if not words:
                    raise DataError("its coded part ends too early")
                state = state << _WORD | words.pop()
        out[number] = row
    if words or state != _LEAST:
        raise DataError("its coded part is damaged")
    return out
