"""The trainer's process, which trains and makes films: requests on its input, replies on its output.

It is started from this room, because `training` knows nothing of films.
"""

import os
import sys
import threading
from typing import TYPE_CHECKING

from latent_explorer.background import serve_from_here

if TYPE_CHECKING:
    from latent_explorer.runs.protocol import Reply


def main() -> None:
    """Serve until the other side is gone: then end at once, for what was saved is whole."""
    replies = serve_from_here("trainer", niceness=19)
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

    from latent_explorer.film.making import make_film
    from latent_explorer.training.serve import serve

    serve(inbox, send, make_film)


if __name__ == "__main__":
    main()
