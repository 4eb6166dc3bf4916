"""Inspects an ONNX file without running it: whether it is one, and the arrays that it keeps in other files.

It is a protocol buffer, of which only what leads to its arrays is read (ONNX, IR version 3 and later, onnx.proto).
"""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from latent_explorer.errors import UserError

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5  # how the value of a field is written
_MOST_FIELDS = 5_000_000
_DEEPEST = 24  # graphs within graphs, each with a node and an attribute between
_PARTS = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""For each kind of message, the fields that can lead to an array, and what they hold."""
_IR_VERSION, _GRAPH = 1, 7
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14

Read = Callable[[str, int, int | None], bytes]
"""Part of a file beside the model: its name, the start, the number of bytes; None for all from there on."""


class _Count:
    """The number of fields that may still be read: a file may hold millions of empty ones."""

    left = _MOST_FIELDS


def is_onnx(head: bytes) -> bool:
    """Whether a file may be an ONNX model, by its first bytes: the version, then the producer or the graph."""
    return (
        len(head) > 2 and head[0] == 0x08 and head[1] < 0x40 and head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42)
    )


def check_onnx(content: bytes, name: str) -> bool:
    """Whether arrays of a model are in other files. Raises UserError if it is not an ONNX model, or a damaged one."""
    try:
        parts = {number for number, *_ in _fields(memoryview(content), _Count())}
        external = _has_external(memoryview(content), "model", _Count(), 0)
    except ValueError as error:
        raise UserError(f"{name}: expected an ONNX model, found a damaged file, or none: {error}") from error
    if not {_IR_VERSION, _GRAPH} <= parts:
        raise UserError(f"{name}: expected an ONNX model, found a file without a graph")
    return external


def inlined(content: bytes, name: str, read: Read) -> bytes:
    """The model with the arrays from other files put into it. read: raises UserError if a file may not be read."""
    try:
        return _inlined(memoryview(content), "model", _Count(), 0, read)
    except ValueError as error:
        raise UserError(f"{name}: expected an ONNX model, found a damaged one: {error}") from error


def _fields(content: memoryview, count: _Count) -> Iterator[tuple[int, int, int, int, int]]:
    """For each field: its number, its encoding, and where it, its value and what follows it begin."""
    at, end = 0, len(content)
    while at < end:
        count.left -= 1
        if count.left < 0:
            raise ValueError(f"it has more than {_MOST_FIELDS:,} parts")
        key, value = _varint(content, at)
        number, kind = key >> 3, key & 7
        after = value
        if kind == _VARINT:
            _, after = _varint(content, value)
        elif kind == _BYTES:
            length, value = _varint(content, value)
            after = value + length
        elif kind in (_EIGHT, _FOUR):
            after = value + (8 if kind == _EIGHT else 4)
        else:
            raise ValueError(f"a part is written in a way {kind} that there is not")
        if after > end or number == 0:
            raise ValueError("a part is longer than the file" if number else "a part has the number 0")
        yield number, kind, at, value, after
        at = after


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise ValueError("it ends in the middle of a number")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is too long")


def _has_external(content: memoryview, kind: str, count: _Count, depth: int) -> bool:
    if depth > 3 * _DEEPEST:
        raise ValueError("its graphs are nested too deeply")
    parts = _PARTS[kind]
    for number, written, _, value, after in _fields(content, count):
        if kind == "tensor" and number == _DATA_LOCATION and written == _VARINT and content[value] != 0:
            return True
        if kind == "tensor" and number == _EXTERNAL_DATA:
            return True
        inner = parts.get(number) if written == _BYTES else None
        if inner is not None and _has_external(content[value:after], inner, count, depth + 1):
            return True
    return False


def _inlined(content: memoryview, kind: str, count: _Count, depth: int, read: Read) -> bytes:
    if depth > 3 * _DEEPEST:
        raise ValueError("its graphs are nested too deeply")
    made, entries = bytearray(), dict[str, str]()
    for number, written, begin, value, after in _fields(content, count):
        inner = _PARTS[kind].get(number) if written == _BYTES else None
        if inner is not None:
            made += _field(number, _inlined(content[value:after], inner, count, depth + 1, read))
        elif kind == "tensor" and number == _EXTERNAL_DATA:
            entries.update([_entry(content[value:after], count)])
        elif kind != "tensor" or number != _DATA_LOCATION:
            made += content[begin:after]
    if entries:
        made += _field(_RAW_DATA, _external(entries, read))
    return bytes(made)


def _entry(content: memoryview, count: _Count) -> tuple[str, str]:
    """The name and the value of an entry about an array's location."""
    texts = {number: bytes(content[value:after]).decode() for number, _, _, value, after in _fields(content, count)}
    return texts.get(1, ""), texts.get(2, "")


def _external(entries: dict[str, str], read: Read) -> bytes:
    place, offset, length = entries.get("location", ""), entries.get("offset", "0"), entries.get("length")
    path = PurePosixPath(place.replace("\\", "/"))
    if not path.parts or path.is_absolute() or len(path.parts) > 1 or path.name == ".." or ":" in place:
        raise UserError(
            f"the model keeps arrays in {place[:80]!r}: only files that lie beside it are read. Export it into one "
            "file, with torch.onnx.export(..., external_data=False)"
        )
    return read(path.name, int(offset), None if length is None else int(length))


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content


def _number(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])
