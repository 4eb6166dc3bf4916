"""How every command ends: with an exit code, and one line on standard error where it failed."""

import os
import sys
from collections.abc import Callable

from latent_explorer.errors import UserError
from latent_explorer.safe_text import safe_text

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 and the number of the signal."""

_NAME = 255  # letters that the name of a file may have; it has to be readable whole


def exit_code(work: Callable[[], int | None]) -> int:
    """Do some work and give the exit code of the program; see `cli.main`."""
    try:
        return work() or 0
    except UserError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough; nor may Python try again while it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        complain(f"a fault of this program ({type(error).__name__}: {error}); {_record()}")
        return 1


def complain(message: str) -> None:
    """Say what is wrong in one line on standard error."""
    line = safe_text(message.strip(), word=_NAME)
    print(f"latent-explorer: {line}", file=sys.stderr, flush=True)


def _record() -> str:
    """Add the traceback of the error under way to the log; says where that is."""
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
