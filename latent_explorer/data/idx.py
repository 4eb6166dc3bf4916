"""The IDX format of the MNIST family: http://yann.lecun.com/exdb/mnist/, plain or gzip."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import DataError

_UBYTE = 8
_MAX_BYTES = 2**31


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The uint8 array of an IDX file, its shape having `dimensions` axes.

    Raises DataError when the file is missing, is no such file, is truncated, damaged or too long.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            shape = _shape(stream.read(4 + 4 * dimensions), dimensions, path)
            count = math.prod(shape)
            content = stream.read(count + 1)  # one more, so that gzip reaches its checksum
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: expected a whole IDX file, found: {error}") from error
    if len(content) != count:
        found = f"{len(content)} bytes" if len(content) < count else "more"
        raise DataError(f"{path}: expected {count} bytes of {shape}, found {found}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(header: bytes, dimensions: int, path: Path) -> tuple[int, ...]:
    magic = bytes((0, 0, _UBYTE, dimensions))
    if len(header) < 4 + 4 * dimensions or header[:4] != magic:
        raise DataError(
            f"{path}: expected an IDX file starting with {magic.hex()}, found {header[:4].hex() or 'nothing'}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if math.prod(shape) > _MAX_BYTES:
        raise DataError(f"{path}: expected at most {_MAX_BYTES} bytes, found a header that announces {shape}")
    return shape
