"""numpy's file format, without pickle: a header is believed only where it agrees with the file's size."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from latent_explorer.data.limits import check_total
from latent_explorer.errors import DataError


@dataclass(frozen=True)
class Header:
    """What a .npy says of its array; offset: of the array's first byte."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    offset: int

    @property
    def nbytes(self) -> int:
        """How many bytes the array takes."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_array(path: Path) -> NDArray[Any]:
    """The array of a .npy. Raises DataError."""
    try:
        with path.open("rb") as stream:
            return array_of(stream, path.stat().st_size, str(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def read_header(path: Path) -> Header:
    """The header of a .npy whose file has just as many bytes as it announces. Raises DataError."""
    try:
        with path.open("rb") as stream:
            header = _header(stream, str(path))
            _check_size(header, path.stat().st_size, str(path))
            return header
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def array_of(stream: IO[bytes], size: int, where: str) -> NDArray[Any]:
    """The array of a .npy stream of `size` bytes, its header believed only where it agrees with that size.

    Raises DataError.
    """
    header = _header(stream, where)
    check_total(where, header.nbytes)
    _check_size(header, size, where)
    content = stream.read(header.nbytes)
    if len(content) != header.nbytes:
        raise DataError(f"{where}: expected {header.nbytes} bytes, found {len(content)}: truncated or damaged")
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")


def _header(stream: IO[bytes], where: str) -> Header:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except Exception as error:  # numpy parses the header as Python, which fails in many ways
        raise DataError(f"{where}: expected a numpy array, found: {error}") from error
    if dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise DataError(f"{where}: expected a numpy array, found {dtype} {shape}")
    if dtype.hasobject:
        raise DataError(f"{where}: expected numbers or text, found Python objects, which only pickle could read")
    return Header(shape, fortran, dtype, stream.tell())


def _check_size(header: Header, size: int, where: str) -> None:
    if header.nbytes != size - header.offset:
        raise DataError(
            f"{where}: expected {header.nbytes} bytes of {header.dtype} {header.shape}, found {size - header.offset}: "
            "truncated or damaged"
        )
