"""The command line: a command for each task; without a command, the window opens."""

import sys

from latent_explorer.cli.failure import exit_code
from latent_explorer.cli.window import open_window, window_wish


def main() -> None:
    """Run the command line and exit with its code.

    0: success. 1: an internal error, which is logged. 2: bad input, with one line that says what to do.
    130: stopped by Ctrl-C.
    """
    wish = window_wish(sys.argv[1:])
    if wish is not None:
        sys.exit(exit_code(lambda: open_window(wish)))
    from latent_explorer.cli.app import app  # late: importing the commands takes as long as opening the window

    app(prog_name="latent-explorer")
