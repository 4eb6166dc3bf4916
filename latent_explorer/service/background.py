"""Turns this process into a background server of a window; imports nothing heavy, so that it can come first."""

import logging
import os
import signal
import sys
from typing import BinaryIO

from latent_explorer.errors import UserError
from latent_explorer.waiting import wait_asleep

_log = logging.getLogger(__name__)


def become_server(name: str, niceness: int) -> BinaryIO:
    """Prepare this process; returns where its replies go. niceness: how far others have priority over it."""
    replies = kept_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the window, which then ends us
    if hasattr(os, "nice"):
        os.nice(niceness)
    wait_asleep()
    logging.basicConfig(level=logging.WARNING, format=f"{name}: %(message)s")
    return replies


def kept_output() -> BinaryIO:
    """This process's original standard output; anything printed from now on goes to standard error."""
    kept = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not fall between the messages
    return kept


def in_words(error: Exception) -> str:
    """The message of an error for a person; for an unexpected one, the log has the rest."""
    if isinstance(error, UserError):
        return str(error)
    _log.error("unforeseen", exc_info=error)
    return f"an unexpected error of the program: {type(error).__name__}: {error}"
