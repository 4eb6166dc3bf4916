"""Messages as frames: MessagePack after an eight-byte length; arrays as (dtype, shape, bytes), paths as text."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar, get_args

import msgspec
import numpy as np

from latent_explorer.errors import ServiceError

LARGEST = 2**28
"""The default size limit of a message in bytes; a slice of pictures takes a hundredth of it."""

_DTYPES = ("<f4", "<f8", "<i8", "|u1")
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)  # of a text that is no UTF-8, of what is too nested
_HEAD = struct.Struct("<Q")


class Message(msgspec.Struct, frozen=True, tag=True):
    """A message from one process to another."""


class Numbered(Message, frozen=True, tag=True):
    """A request, or a reply with the number of its request."""

    number: int


class Refused(Numbered, frozen=True, tag=True):
    """A request that cannot be served, and why; the number is 0 if it has none."""

    reason: str


class Unreadable(Refused, frozen=True, tag="Refused"):
    """Replaces a message of unknown kind or wrong form; a server sends it back."""


M = TypeVar("M", bound=Message)
Q = TypeVar("Q", bound=Message)  # a request
A = TypeVar("A", bound=Message)  # an answer


class Codec(Generic[M]):
    """Encodes and decodes messages of some kinds for a pipe, in one direction.

    kinds: a Message, or a union of them. largest: the size limit in bytes.
    """

    def __init__(self, kinds: Any, largest: int = LARGEST) -> None:
        self.largest = largest
        self._names = [kind.__struct_config__.tag for kind in get_args(kinds) or (kinds,)]
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(kinds, dec_hook=from_wire)

    def encode(self, message: M) -> bytes:
        """The frame of a message. Raises ServiceError if it is too large, or contains something that cannot be sent."""
        try:
            content = _ENCODER.encode(message)
        except UnicodeEncodeError:  # a sentence with a name that is no text
            content = _ENCODER.encode(_as_text(message))
        if len(content) > self.largest:
            raise ServiceError(
                f"{type(message).__name__} takes {len(content):,} bytes as a message, and at most {self.largest:,} "
                "are sent: ask for less at a time"
            )
        return _HEAD.pack(len(content)) + content

    def read(self, stream: BinaryIO) -> M | Unreadable | None:
        """The next message, or None if the stream has ended, even in the middle of one.

        Raises ServiceError, before anything is allocated, if the announced size is too large.
        """
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        length = self._length(head)
        content = stream.read(length)
        return self._decode(content) if len(content) == length else None

    def take(self, received: bytearray) -> Iterator[M | Unreadable]:
        """The complete messages, removed from the front of the received bytes. Raises like `read`."""
        while len(received) >= _HEAD.size:
            end = _HEAD.size + self._length(received)
            if len(received) < end:
                return
            content = bytes(received[_HEAD.size : end])
            del received[:end]
            yield self._decode(content)

    def _length(self, head: bytes | bytearray) -> int:
        length: int = _HEAD.unpack_from(head)[0]
        if length > self.largest:
            raise ServiceError(
                f"a message of {length:,} bytes was announced, and at most {self.largest:,} are taken: "
                "the other side is broken"
            )
        return length

    def _decode(self, content: bytes) -> M | Unreadable:
        try:
            return self._decoder.decode(content)
        except _UNREADABLE as error:
            return self._unreadable(content, error)

    def _unreadable(self, content: bytes, error: Exception) -> Unreadable:
        try:
            raw = msgspec.msgpack.decode(content)
        except _UNREADABLE:
            return Unreadable(0, f"a message came that cannot be read: {error}")
        kind, number = (raw.get("type"), raw.get("number")) if isinstance(raw, dict) else (None, None)
        if kind in self._names:
            reason = f"{kind} cannot be read: {error}"
        else:
            reason = f"unknown message {str(kind)[:80]!r}: expected one of {', '.join(self._names)}"
        return Unreadable(number if isinstance(number, int) else 0, reason)


@dataclass(frozen=True)
class Conversation(Generic[Q, A]):
    """The messages to a process, and its answers."""

    requests: Codec[Q]
    replies: Codec[A]


def path_to_text(path: str | Path) -> str:
    """A path as text that can be sent: one that is not valid text becomes a NUL and the digits of its bytes."""
    try:
        return os.fsencode(path).decode()
    except UnicodeDecodeError:
        return f"\0{os.fsencode(path).hex()}"


def text_to_path(text: str) -> Path:
    """The path of a text. Raises ValueError for anything invalid, because the text may come from a file."""
    if not isinstance(text, str):
        raise ValueError(f"expected a path, found {type(text).__name__}")
    return Path(os.fsdecode(bytes.fromhex(text[1:]))) if text.startswith("\0") else Path(text)


def _as_text(message: Message) -> Message:
    """A message whose invalid text is written as numbers."""
    texts = {name: getattr(message, name) for name in message.__struct_fields__}
    plain = {name: text.encode(errors="backslashreplace").decode() for name, text in texts.items() if type(text) is str}
    return msgspec.structs.replace(message, **plain)


def to_wire(value: Any) -> Any:
    """A path or an array as msgspec can write it; in JSON only a path.

    Raises ServiceError for an array of another type, TypeError for anything else.
    """
    if isinstance(value, Path):
        return path_to_text(value)
    if not isinstance(value, np.ndarray):
        raise TypeError(f"expected a path or an array, found {type(value).__name__}")
    array = np.ascontiguousarray(value)
    if array.dtype.str not in _DTYPES:
        raise ServiceError(f"arrays of {array.dtype} are not sent; expected one of {_DTYPES}")
    return array.dtype.str, array.shape, array.data.cast("B") if array.size else b""


def from_wire(kind: type, value: Any) -> Any:
    """The reverse. Raises ValueError or TypeError; msgspec adds where in the message it was."""
    if issubclass(kind, Path):
        return kind(text_to_path(value))
    dtype, shape, content = value
    if dtype not in _DTYPES:
        raise ValueError(f"arrays of {dtype} are not read; expected one of {_DTYPES}")
    return np.frombuffer(content, dtype).reshape(shape)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=to_wire)
