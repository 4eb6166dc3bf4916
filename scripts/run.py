"""Open Latent Explorer from a checkout: `python3 scripts/run.py [ARGUMENTS]`.

Makes `.venv` and installs the project into it first where that is needed. Arguments are those of the command
`latent-explorer`. Without a display the tour is drawn offscreen instead of opening the window.
"""

import os
import sys
from pathlib import Path

import environment
import machine

WINDOW_COMMANDS = {"tour", "bench"}
TOUR_FOLDER = "tour"


def opens_window(arguments: list[str]) -> bool:
    """Whether the arguments name no command, which opens the window."""
    return not arguments or (arguments[0].startswith("-") and arguments[0] not in {"-h", "--help", "--version"})


def hand_on(arguments: list[str], platform: "str | None") -> list[str]:
    """What `latent-explorer` is asked for, given the Qt platform of a window (None: there is no display)."""
    if platform is None and opens_window(arguments):
        return ["tour", "--out", TOUR_FOLDER, *arguments]
    return arguments


def require_display(arguments: list[str], platform: str) -> None:
    """Stop, rather than let Qt abort, when a window is wanted where none can open."""
    if not (opens_window(arguments) or arguments[0] in WINDOW_COMMANDS):
        return
    machine.require_qt_plugin(environment.VENV, platform)
    if platform == "xcb" and not machine.x_display_answers():
        machine.stop(
            f"The X display {os.environ['DISPLAY']!r} does not answer. Start it, or unset DISPLAY to have the tour "
            "drawn offscreen"
        )


def main() -> None:
    """Prepare the environment and become `latent-explorer`."""
    platform = machine.window_platform(os.environ)
    machine.provide_qt_libraries(x11=platform == "xcb")
    environment.prepare()
    arguments = hand_on(sys.argv[1:], platform)
    require_display(arguments, platform or "offscreen")
    if platform is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if arguments != sys.argv[1:]:
        print(f"No display: touring the window offscreen. The pictures will be in {Path(TOUR_FOLDER).resolve()}")
    environment.hand_over("latent-explorer", arguments)


if __name__ == "__main__":
    main()
