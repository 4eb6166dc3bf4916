"""The trainer's process: `python -m latent_explorer.training`, requests on its input, replies on its output."""

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_explorer.runs.protocol import Reply


def main() -> None:
    """Serve until the other side is gone: then end at once, for what was saved is whole."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not fall between the replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the window, which then ends us
    if hasattr(os, "nice"):
        os.nice(19)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.WARNING, format="trainer: %(message)s")
    speaking = threading.Lock()

    from latent_explorer.runs import protocol

    def send(reply: "Reply") -> None:
        try:
            with speaking:
                protocol.write(replies, reply)
        except OSError:
            os._exit(0)

    from latent_explorer.training.inbox import Inbox

    inbox = Inbox(send)
    inbox.listen(sys.stdin.buffer, lambda: os._exit(0))

    from latent_explorer.training.serve import serve

    serve(inbox, send)


if __name__ == "__main__":
    main()
