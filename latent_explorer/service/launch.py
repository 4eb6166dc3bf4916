"""Starting a child process, by a module that costs nothing to import: the window starts its engine before all else."""

import subprocess
import sys

Process = subprocess.Popen[bytes]


def launch(module: str, *, heard: bool = False) -> Process:
    """Run `python -m module` with pipes to its input and output. heard: to its standard error as well."""
    pipe = subprocess.PIPE
    low = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere it is nice itself
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe if heard else None, creationflags=low)
