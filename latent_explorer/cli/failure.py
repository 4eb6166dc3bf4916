"""Ends every command with an exit code, and one line on standard error if it failed."""

import os
import sys
from collections.abc import Callable

from latent_explorer.errors import UserError
from latent_explorer.safe_text import safe_text

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 and the number of the signal."""

_NAME = 255  # characters of a file name, which is shown unshortened


def exit_code(work: Callable[[], int | None]) -> int:
    """Run a function and return the program's exit code; see `cli.main`."""
    try:
        return work() or 0
    except UserError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader closed the pipe; Python must not try again on exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        complain(f"a fault of this program ({type(error).__name__}: {error}); {_record()}")
        return 1


def complain(message: str) -> None:
    """Print an error as one line on standard error."""
    line = safe_text(message.strip(), word=_NAME)
    print(f"latent-explorer: {line}", file=sys.stderr, flush=True)


def _record() -> str:
    """Write the traceback of the current error to the log; returns a sentence with its location."""
    import traceback
    from datetime import datetime

    from latent_explorer.places import log_folder

    log = log_folder() / "latent-explorer.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {sys.argv[1:]}\n{traceback.format_exc()}\n")
    except OSError as error:
        return f"its log {log} cannot be written: {error.strerror}"
    return f"the details are in {log}"
