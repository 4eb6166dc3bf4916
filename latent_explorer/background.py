"""A process that serves a window from the background, over its standard input and output."""

import logging
import os
import signal
import sys
from typing import BinaryIO

from latent_explorer.waiting import wait_asleep


def serve_from_here(name: str, niceness: int) -> BinaryIO:
    """Make this process such a server; returns where its replies go. niceness: how much others go before it."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not fall between the replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the window, which then ends us
    if hasattr(os, "nice"):
        os.nice(niceness)
    wait_asleep()
    logging.basicConfig(level=logging.WARNING, format=f"{name}: %(message)s")
    return replies
