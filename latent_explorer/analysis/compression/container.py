"""The file format of a compressed set of images (.lxc): header, tables, coded latents. The decoder is not included."""

import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.compression import coder, tables
from latent_explorer.analysis.compression.quantiser import BITS, Quantiser, Symbols
from latent_explorer.errors import DataError

MAGIC, VERSION = b"LXC\x1a", 1
MOST_BYTES = 2**28
"""The maximum size of a file."""
MOST_SYMBOLS = 2**25
"""The maximum of images times dimensions in a file, which takes a minute to read."""
_HEADER = struct.Struct("<4sBBBBHHHHIf16sIB")
_CHECK = struct.Struct("<I")
_MOST_NAME = 255  # bytes


@dataclass(frozen=True, eq=False)
class CompressedSet:
    """A set of images as integers that represent their latents.

    model: the name of the model; seal: 16 bytes that identify it. image_shape: (h, w, c) of its pictures. bits: as
    chosen. step: of all dimensions. symbols: int32 (n, d). labels: int32 (n,) for a conditional model, otherwise None.
    """

    model: str
    seal: bytes
    image_shape: tuple[int, int, int]
    bits: int
    step: float
    symbols: Symbols
    labels: NDArray[np.int32] | None = None

    @property
    def latents(self) -> NDArray[np.float32]:
        """The latents to decode, float32 (n, d)."""
        return Quantiser(self.step).latents(self.symbols)


def short_seal(seal: str) -> bytes:
    """The seal of a model shortened to 16 bytes."""
    return sha256(seal.encode()).digest()[:16]


def packed(content: CompressedSet) -> bytes:
    """The file of a set of at least one image, with the form of tables that makes it smallest.

    Header: magic, version, form of the tables, bits, whether there are labels, height, width, channels, dimensions,
    count, step, seal, bytes of the tables, bytes of the name; then name, tables, coded numbers, and a CRC-32 of all.
    Raises DataError if there are too many numbers, UserError if they have too many different values.
    """
    symbols = _columns(content)
    return min((_in_form(content, symbols, form) for form in tables.FORMS), key=len)


def expected_size(content: CompressedSet) -> int:
    """The number of bytes of `packed`, within a few per mille, from the cost of each number, without coding."""
    symbols = _columns(content)
    return min(_size_in_form(content, symbols, form) for form in tables.FORMS)


def _size_in_form(content: CompressedSet, symbols: Symbols, form: tables.Form) -> int:
    written = tables.written(symbols, form)
    known = tables.read(written, symbols.shape[1], form)
    coded = sum(float(table.bits(column).sum()) for table, column in zip(known, symbols.T, strict=True))
    return _HEADER.size + len(_name(content)) + len(written) + coder.LEAST_BYTES + round(coded / 8) + _CHECK.size


def _columns(content: CompressedSet) -> Symbols:
    """All numbers of a set, labels last. Raises DataError if there are too many."""
    symbols = content.symbols
    if content.labels is not None:
        symbols = np.concatenate([symbols, content.labels[:, None]], 1).astype(np.int32)
    if not 1 <= symbols.size <= MOST_SYMBOLS:
        raise DataError(
            f"expected 1 to {MOST_SYMBOLS:,} numbers to compress, found {symbols.size:,}: take fewer images"
        )
    return symbols


def _name(content: CompressedSet) -> bytes:
    return content.model.encode()[:_MOST_NAME].decode(errors="ignore").encode()


def _in_form(content: CompressedSet, symbols: Symbols, form: tables.Form) -> bytes:
    written = tables.written(symbols, form)
    coded = coder.encoded(symbols, tables.read(written, symbols.shape[1], form))
    name = _name(content)
    count, dimensions = content.symbols.shape
    header = _HEADER.pack(
        MAGIC, VERSION, tables.FORMS.index(form), content.bits, content.labels is not None, *content.image_shape,
        dimensions, count, content.step, content.seal, len(written), len(name),
    )  # fmt: skip
    body = header + name + written + coded
    return body + _CHECK.pack(zlib.crc32(body))


def unpacked(content: bytes) -> CompressedSet:
    """The contents of a file. Raises DataError if it is of another kind, damaged, or too large."""
    if content[: len(MAGIC)] != MAGIC:
        raise DataError("expected a file that `latent-explorer compress` wrote: its first bytes differ")
    if len(content) > 4 and content[4] != VERSION:
        raise DataError(f"it is of version {content[4]}, and this program reads version {VERSION}: update the program")
    if len(content) < _HEADER.size + _CHECK.size:
        raise DataError("it ends within its header")
    if zlib.crc32(content[: -_CHECK.size]) != _CHECK.unpack(content[-_CHECK.size :])[0]:
        raise DataError("its checksum does not match: the file is damaged or truncated")
    return _read(content[: -_CHECK.size])


def _read(body: bytes) -> CompressedSet:
    """Read a file body. Checks values that a valid checksum does not guarantee."""
    _, _, form, bits, labelled, h, w, c, dimensions, count, step, seal, of_tables, of_name = _HEADER.unpack_from(body)
    name, at = body[_HEADER.size :][:of_name], _HEADER.size + of_name
    columns = dimensions + (labelled == 1)
    if form >= len(tables.FORMS) or bits not in BITS or labelled > 1 or 0 in (h, w, c, dimensions, count):
        raise DataError("its header is not valid")
    if not (np.isfinite(step) and step > 0) or at + of_tables > len(body):
        raise DataError("its header is not valid")
    if count * columns > MOST_SYMBOLS:
        raise DataError(f"it holds {count * columns:,} numbers, at most {MOST_SYMBOLS:,} are read")
    known = tables.read(body[at : at + of_tables], columns, tables.FORMS[form])
    symbols = coder.decoded(body[at + of_tables :], count, known)
    labels = symbols[:, -1] if labelled else None
    return CompressedSet(name.decode(errors="replace"), seal, (h, w, c), bits, step, symbols[:, :dimensions], labels)
