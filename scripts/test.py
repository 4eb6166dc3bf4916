"""Run the whole test suite from a checkout: `python3 scripts/test.py [PYTEST ARGUMENTS]`.

Makes `.venv` and installs the project with its test extra into it first where that is needed. The tests run in three
processes, a file in one of them, unless the arguments say otherwise (`-n 0`): on two cores, for many wait.
"""

import argparse
import os
import shutil

import environment
import machine


def parse() -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and what is handed on to pytest."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--slow", action="store_true", help="run the tests marked slow as well")
    parser.add_argument("--prepare-only", action="store_true", help="install what the tests need and stop there")
    return parser.parse_known_args()


def main() -> None:
    """Prepare the environment and become pytest."""
    options, handed_on = parse()
    machine.provide_qt_libraries(x11=shutil.which("Xvfb") is not None)
    environment.prepare(environment.TEST_EXTRA)
    if options.prepare_only:
        return
    machine.require_qt_plugin(environment.VENV, "offscreen")
    os.chdir(environment.ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    every_test = ["-m", ""] if options.slow else []
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]  # in the order of tests/conftest.py
    environment.hand_over("python", ["-m", "pytest", *spread, *every_test, *handed_on])


if __name__ == "__main__":
    main()
