"""The terminal: a command for everything, and the window if none is named."""

import sys

from latent_explorer.cli.failure import exit_code
from latent_explorer.cli.window import open_window, window_wish


def main() -> None:
    """Do what the command line asks for, and exit with its code.

    0: done. 1: a fault of the program, which is logged. 2: bad input, with one line that says what to do.
    130: stopped by Ctrl-C.
    """
    wish = window_wish(sys.argv[1:])
    if wish is not None:
        sys.exit(exit_code(lambda: open_window(wish)))
    from latent_explorer.cli.app import app  # not before: what reads the commands takes as long as the window

    app(prog_name="latent-explorer")
