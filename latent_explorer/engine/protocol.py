"""What is said to the engine and what it answers; free of torch, since both sides read it.

Messages are frozen structs. On the wire each is MessagePack behind its length in eight bytes; arrays travel as
(dtype, shape, bytes).
"""

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import EngineError

_DTYPES = ("<f4", "<f8", "<i8", "|u1")
_LENGTH = struct.Struct("<Q")

NEAREST, NEAR = "nearest", 11
"""The field whose values are the numbers of the nearest images, and how many; of an image, the first is itself."""


class Message(msgspec.Struct, frozen=True, tag=True, eq=False):
    """A request or a reply. number: ties a reply to its request."""

    number: int


class Open(Message, frozen=True, tag=True, eq=False):
    """Load the bundle in `folder`; answered by Opened, or by Refused with the one before still open.

    label: the class under which a conditional model decodes.
    """

    folder: str
    label: int = 0


class Hover(Message, frozen=True, tag=True, eq=False):
    """Decode latent z (d,) before all else; a newer one replaces one not yet begun. Answered by Picture."""

    z: np.ndarray


class Describe(Message, frozen=True, tag=True, eq=False):
    """What the data say about latent z (d,); a newer one replaces one not yet begun. Answered by Place."""

    z: np.ndarray


class Decode(Message, frozen=True, tag=True, eq=False):
    """Decode latents z (n, d) in slices; answered by Pictures, slice by slice in order."""

    z: np.ndarray


class Evaluate(Message, frozen=True, tag=True, eq=False):
    """Values of a field (a name of atlas.FIELDS, or NEAREST) at latents z (n, d), in slices; answered by Values."""

    field: str
    z: np.ndarray


class Originals(Message, frozen=True, tag=True, eq=False):
    """The images of the dataset at `indices`, int64 (n,), in slices; answered by Pictures as Decode is."""

    indices: np.ndarray


class Average(Message, frozen=True, tag=True, eq=False):
    """The mean of some images of the dataset; answered by Pictures with that one.

    chosen: uint8 (n,), of all images of the dataset, 1 for those that count.
    """

    chosen: np.ndarray


class Withdraw(Message, frozen=True, tag=True, eq=False):
    """The batch of this number (Decode, Evaluate, Originals, Average) is no longer wanted; not answered."""


class Ready(Message, frozen=True, tag=True, eq=False):
    """Said by the engine to itself: what it takes to speak of the data is loaded."""


class Opened(Message, frozen=True, tag=True, eq=False):
    """The bundle is open. device: as torch names it. kernel: how pictures are decoded, in words."""

    device: str
    kernel: str


class Picture(Message, frozen=True, tag=True, eq=False):
    """The exact picture of a Hover: uint8 (h, w, c)."""

    image: np.ndarray


class Pictures(Message, frozen=True, tag=True, eq=False):
    """Pictures uint8 (k, h, w, c) of a Decode, Originals or Average, those from index `start` on."""

    start: int
    images: np.ndarray

    @property
    def content(self) -> np.ndarray:
        return self.images


class Values(Message, frozen=True, tag=True, eq=False):
    """Values float32 (k, channels) of an Evaluate, those from index `start` on."""

    start: int
    values: np.ndarray

    @property
    def content(self) -> np.ndarray:
        return self.values


class Place(Message, frozen=True, tag=True, eq=False):
    """What the data say about a place.

    indices int64 (k,), distances float64 (k,): the nearest images, nearest first. shares: float64 (classes,).
    reach, word: as in analysis.Surroundings. originals: uint8 (k, h, w, c), or empty with the reason in `missing`.
    reconstructions: uint8 (k, h, w, c).
    """

    indices: np.ndarray
    distances: np.ndarray
    shares: np.ndarray
    reach: float
    word: str
    originals: np.ndarray
    reconstructions: np.ndarray
    missing: str = ""


class Refused(Message, frozen=True, tag=True, eq=False):
    """A request that could not be served, with the reason to show."""

    reason: str


Request = Open | Hover | Describe | Decode | Evaluate | Originals | Average | Withdraw | Ready
Reply = Opened | Picture | Pictures | Values | Place | Refused


def _to_wire(value: Any) -> Any:
    array = np.ascontiguousarray(value)
    if array.dtype.str not in _DTYPES:
        raise EngineError(f"arrays of {array.dtype} are not sent; expected one of {_DTYPES}")
    return array.dtype.str, array.shape, array.data.cast("B") if array.size else b""


def _from_wire(_: type, value: Any) -> NDArray[Any]:
    dtype, shape, content = value
    if dtype not in _DTYPES:
        raise EngineError(f"arrays of {dtype} are not read; expected one of {_DTYPES}")
    return np.frombuffer(content, dtype).reshape(shape)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_to_wire)
_REQUESTS = msgspec.msgpack.Decoder(Request, dec_hook=_from_wire)
_REPLIES = msgspec.msgpack.Decoder(Reply, dec_hook=_from_wire)


def encoded(message: Request | Reply) -> bytes:
    """A message as it goes over a pipe."""
    content = _ENCODER.encode(message)
    return _LENGTH.pack(len(content)) + content


def write(stream: BinaryIO, message: Request | Reply) -> None:
    """Send one message. Raises OSError where nobody listens any more."""
    stream.write(encoded(message))
    stream.flush()


def take_requests(received: bytearray) -> Iterator[Request]:
    """The requests that have come whole, taken off the front of what was received."""
    while len(received) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(received)
        end = _LENGTH.size + length
        if len(received) < end:
            return
        yield _REQUESTS.decode(bytes(received[_LENGTH.size : end]))
        del received[:end]


def read_request(stream: BinaryIO) -> Request | None:
    """The next request, or None where the stream has ended."""
    content = _read_frame(stream)
    return None if content is None else _REQUESTS.decode(content)


def read_reply(stream: BinaryIO) -> Reply | None:
    """The next reply, or None where the stream has ended, be it in the middle of one."""
    content = _read_frame(stream)
    return None if content is None else _REPLIES.decode(content)


def _read_frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None
