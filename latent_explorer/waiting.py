"""How the threads of a process wait for work. OpenMP reads it from the environment once, when torch is loaded."""

import os
import sys

_SPINS = "20000"  # a third of a millisecond or so: longer than what lies between two operations of a training step


def wait_asleep() -> None:
    """Let idle threads sleep. Threads that spin without end starve all else: beside one busy neighbour on two cores,
    training was nine times as fast with threads asleep.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def wait_awake() -> None:
    """Let idle threads spin for a moment before they sleep, for a process that has the machine mostly to itself.

    Too late once torch is loaded. Only GCC's OpenMP, which torch brings along on Linux, can do it.
    """
    if sys.platform == "linux" and "torch" not in sys.modules:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def awake() -> bool:
    """Whether threads were asked to spin for a moment."""
    return os.environ.get("GOMP_SPINCOUNT", "0") != "0"
