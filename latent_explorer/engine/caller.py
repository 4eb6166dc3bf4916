"""An engine in the Python process that opened the window, and their messages besides requests; free of torch.

These messages use the pipes of requests and replies, one each way, so that the order of all messages is kept.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO

import numpy as np

from latent_explorer.engine.handlers import REPLIES, REQUESTS, any_of
from latent_explorer.errors import ServiceError
from latent_explorer.service.child import Peer
from latent_explorer.service.codec import Codec, Conversation, Message, Numbered, Unreadable
from latent_explorer.service.server import Channel

_log = logging.getLogger(__name__)
SCRATCH = "latent-explorer-"
"""The prefix of the temporary folders that the caller writes for its window."""
_FAREWELL = 1.0  # seconds that writing the last messages may take


class Selected(Message, frozen=True, tag=True, eq=False):
    """The numbers of the selected latents, int64 (k,), ascending."""

    indices: np.ndarray


class Probed(Message, frozen=True, tag=True, eq=False):
    """The latent (d,) in the inspector; (0,) for none."""

    z: np.ndarray


class Pinned(Message, frozen=True, tag=True, eq=False):
    """The pins: their names, and their latents (k, d)."""

    names: tuple[str, ...]
    z: np.ndarray


class Drawn(Message, frozen=True, tag=True, eq=False):
    """The latents (k, d) of the frames of the path; (0, d) without a path."""

    z: np.ndarray


class ShowBundle(Message, frozen=True, tag=True):
    """Asks the window to show the bundle in another folder, as `path_to_text` writes it."""

    folder: str


class CloseWindow(Message, frozen=True, tag=True):
    """Asks the window to close."""


FROM_WINDOW = (Selected, Probed, Pinned, Drawn)
TO_WINDOW = (ShowBundle, CloseWindow)
Word = Selected | Probed | Pinned | Drawn | ShowBundle | CloseWindow
CALLER: Conversation[Message, Message] = Conversation(
    Codec(any_of([*REQUESTS, *FROM_WINDOW])), Codec(any_of([*REPLIES, *TO_WINDOW]))
)


class CallerEngine:
    """The engine in the process that opened this window. It cannot be replaced; the window closes when it ends.

    on_word: called in the receiving thread with ShowBundle and CloseWindow, the latter also when the process has ended.
    """

    replaceable = False

    def __init__(self, requests: BinaryIO, replies: BinaryIO, on_word: Callable[[Word], None]) -> None:
        self._peer: Peer[Message, Message] = Peer(CALLER, requests, replies, "the process that holds the model")
        self._on_word = on_word
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._words: dict[type[Word], Word] = {}
        self._stopped = threading.Event()
        self._speaking = threading.Thread(target=self._speak, name="words", daemon=True)
        self._speaking.start()

    def send(self, request: Message) -> None:
        with self._writing:
            self._peer.send(request)

    def offer(self, request: Numbered) -> bool:
        if not self._writing.acquire(blocking=False):
            return False
        try:
            return self._peer.offer(request)
        finally:
            self._writing.release()

    def tell(self, word: Word) -> None:
        """Send a message without waiting; a newer one of its kind replaces it."""
        with self._changed:
            self._words[type(word)] = word
            self._changed.notify()

    def receive(self) -> Numbered | None:
        try:
            while (reply := self._peer.receive()) is not None:
                if isinstance(reply, Numbered):
                    return reply
                if isinstance(reply, TO_WINDOW):
                    self._on_word(reply)
        except (ServiceError, OSError, ValueError) as error:
            _log.error("the process that holds the model is not understood: %s", error)
        if not self._stopped.is_set():
            self._on_word(CloseWindow())
        self._stopped.wait()  # otherwise another engine would be started
        return None

    def stop(self) -> None:
        """Send the last messages and close the connection."""
        self._stopped.set()
        with self._changed:
            self._changed.notify()
        self._speaking.join(_FAREWELL)
        if self._writing.acquire(timeout=_FAREWELL):  # a caller halted in a debugger must not block the window
            self._peer.hang_up()
            self._writing.release()

    def _speak(self) -> None:
        while True:
            with self._changed:
                while not self._words and not self._stopped.is_set():
                    self._changed.wait()
                if not self._words:
                    return
                word = self._words.pop(next(iter(self._words)))
            try:
                self.send(word)
            except OSError:
                return  # the receiving thread reports it
            except ServiceError as error:
                _log.error("%s", error)


class CallerChannel:
    """The channel of an engine in the caller: passes requests to the loop and messages to `take`, in one thread."""

    def __init__(self, channel: Channel[Message, Message], take: Callable[[Word], None]) -> None:
        self._channel, self._take = channel, take
        self.wake = channel.wake

    def send(self, reply: Numbered) -> None:
        self._channel.send(reply)

    def receive(self, *, wait: bool, seconds: float | None = None) -> list[Numbered | Unreadable] | None:
        received = self._channel.receive(wait=wait, seconds=seconds)
        return None if received is None else list(self._requests(received))

    def _requests(self, received: Iterable[Message]) -> Iterable[Numbered]:
        for each in received:
            if isinstance(each, Numbered):
                yield each
            elif isinstance(each, FROM_WINDOW):
                self._take(each)
