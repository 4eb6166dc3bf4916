"""How idle threads wait for work. OpenMP reads this from the environment once, when torch is loaded."""

import os
import sys

_SPINS = "20000"  # about a third of a millisecond: longer than the gap between two operations of a training step


def wait_asleep() -> None:
    """Let idle threads sleep. Threads that spin endlessly starve other programs: next to one busy program on two cores,
    training was nine times as fast with sleeping threads.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def wait_awake() -> None:
    """Let idle threads spin briefly before they sleep, for a process that has the machine mostly to itself.

    Has no effect once torch is loaded. Only GCC's OpenMP, which torch includes on Linux, supports this.
    """
    if sys.platform == "linux" and "torch" not in sys.modules:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def awake() -> bool:
    """Whether threads are set to spin briefly."""
    return os.environ.get("GOMP_SPINCOUNT", "0") != "0"
