"""An engine in the Python process that opened the window, and what the two say beside requests; free of torch.

Words go the way of requests and replies, between them: one pipe each way, so that what was said first is heard first.
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
"""What the names of the folders begin with that the caller writes for its window."""
_FAREWELL = 1.0  # seconds that the last words may take to be written


class Selected(Message, frozen=True, tag=True, eq=False):
    """The numbers of the latents that are selected, int64 (k,), ascending."""

    indices: np.ndarray


class Probed(Message, frozen=True, tag=True, eq=False):
    """The latent (d,) that the inspector shows; (0,) for none."""

    z: np.ndarray


class Pinned(Message, frozen=True, tag=True, eq=False):
    """The pins: a name for each, and latents (k, d)."""

    names: tuple[str, ...]
    z: np.ndarray


class Drawn(Message, frozen=True, tag=True, eq=False):
    """The latents (k, d) along the path, one for each frame; none where there is no path."""

    z: np.ndarray


class ShowBundle(Message, frozen=True, tag=True):
    """The window is to show the bundle in another folder, as `path_to_text` writes it."""

    folder: str


class CloseWindow(Message, frozen=True, tag=True):
    """The window is to close."""


FROM_WINDOW = (Selected, Probed, Pinned, Drawn)
TO_WINDOW = (ShowBundle, CloseWindow)
Word = Selected | Probed | Pinned | Drawn | ShowBundle | CloseWindow
CALLER: Conversation[Message, Message] = Conversation(
    Codec(any_of([*REQUESTS, *FROM_WINDOW])), Codec(any_of([*REPLIES, *TO_WINDOW]))
)


class CallerEngine:
    """The engine that runs in the process which opened this window: it cannot be replaced, and its end is the window's.

    on_word: called in the receiving thread with ShowBundle and CloseWindow, the latter also where that process is gone.
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
        """Say something soon, without waiting; a newer word of its kind takes its place."""
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
        self._stopped.wait()  # else another engine would be started
        return None

    def stop(self) -> None:
        """Have the last words said, and hang up."""
        self._stopped.set()
        with self._changed:
            self._changed.notify()
        self._speaking.join(_FAREWELL)
        if self._writing.acquire(timeout=_FAREWELL):  # who reads nothing, in a debugger, must not hold up the window
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
                return  # the receiving thread tells
            except ServiceError as error:
                _log.error("%s", error)


class CallerChannel:
    """The channel of an engine in the caller: requests for the loop, words for `take`, in the serving thread."""

    def __init__(self, channel: Channel[Message, Message], take: Callable[[Word], None]) -> None:
        self._channel, self._take = channel, take
        self.wake = channel.wake

    def send(self, reply: Numbered) -> None:
        self._channel.send(reply)

    def receive(self, *, wait: bool) -> list[Numbered | Unreadable] | None:
        received = self._channel.receive(wait=wait)
        return None if received is None else list(self._requests(received))

    def _requests(self, received: Iterable[Message]) -> Iterable[Numbered]:
        for each in received:
            if isinstance(each, Numbered):
                yield each
            elif isinstance(each, FROM_WINDOW):
                self._take(each)
