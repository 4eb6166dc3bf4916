"""Hears which files are opened, which connections made and which programs started, here and in child processes.

Children hear themselves too: `hear_children` puts a `sitecustomize` of this module on their path, and they write what
they hear into one file.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_CALLS = {
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "os.system", "os.exec",
    "os.posix_spawn", "subprocess.Popen", "urllib.Request",
}  # fmt: skip
_SYSTEM = ("/usr/", "/lib", "/etc/", "/proc/", "/sys/", "/dev/null", "/dev/urandom")
_PROGRAMS = ("'-m', 'latent_explorer.", "lscpu", "/sbin/ldconfig")
"""Our own, and what libraries ask for the processor's cores and for shared libraries."""
_VARIABLE = "LATENT_EXPLORER_AUDIT"
_hearers: list[Callable[[str], None]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _hearers:
        return
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        writes = bool(isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        line = f"{'write' if writes else 'read'} {os.path.abspath(os.fsdecode(arguments[0]))!r}"  # noqa: PTH100 - no links
    elif event in _CALLS:
        line = f"{event} {arguments}"[:300]
    else:
        return
    for hearer in tuple(_hearers):
        hearer(line)


def begin_in_child(file: str) -> None:
    """Write all that is heard into a file; called by `sitecustomize` of a child process."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    _hearers.append(lambda line: os.write(descriptor, f"{line}\n".encode(errors="backslashreplace")) and None)
    _listen()


@cache
def _listen() -> None:
    """Hear from now on; no hook can be taken away again."""
    sys.addaudithook(_hear)


@contextmanager
def heard(children: Path | None = None) -> Iterator[list[str]]:
    """All that is heard meanwhile. children: a new folder; then what child processes do is added at the end."""
    _listen()
    lines: list[str] = []
    if children is not None:
        children.mkdir()
        code = "import os\nfrom tests.hostile.audit import begin_in_child\n"
        code += f"begin_in_child(os.environ[{_VARIABLE!r}])\n"
        (children / "sitecustomize.py").write_text(code)
        root = Path(__file__).parents[2]
        before = {name: os.environ.get(name) for name in ("PYTHONPATH", _VARIABLE)}
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(children), str(root), before["PYTHONPATH"])))
        os.environ[_VARIABLE] = str(children / "heard.txt")
    _hearers.append(lines.append)
    try:
        yield lines
    finally:
        _hearers.remove(lines.append)
        if children is not None:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})
            if (children / "heard.txt").is_file():
                lines += (children / "heard.txt").read_text().splitlines()


def uninvited(lines: list[str], *ours: Path) -> list[str]:
    """What nobody asked for: all but files of the folders `ours`, of Python and its packages, and of the system."""
    python = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    python |= {os.path.realpath(each) for each in sys.path}
    folders = tuple(f"{each}/" for each in (*python, *ours))
    found = []
    for line in dict.fromkeys(lines):
        kind, _, rest = line.partition(" ")
        path = rest.strip("'\"")
        if kind == "read" and (path.startswith((*_SYSTEM, *folders)) and path not in FORBIDDEN):
            continue
        if kind == "write" and path.startswith((*(f"{each}/" for each in ours), "/dev/null")):
            continue
        if kind == "write" and "__pycache__" in path and path.startswith(folders):
            continue
        if path == os.environ.get("HOSTILE_TRACE"):
            continue  # see `tell`
        if kind == "write" and re.fullmatch(r"/proc/\d+(/\.mem\.[a-z0-9_]{8})?", path):
            continue  # settings that are a link are kept where it leads to; here they cannot be
        if kind == "subprocess.Popen" and any(each in rest for each in _PROGRAMS):
            continue
        if kind == "write" and re.fullmatch(rf"{re.escape(tempfile.gettempdir())}/[a-z0-9_]{{8}}", path):
            continue  # by which Python finds out where files may be written for a while
        found.append(line)
    return found


FORBIDDEN = {"/etc/passwd", "/proc/self/mem", "/dev/zero", "/dev/stdin"}
"""What hostile files name."""


def resident_mib() -> float:
    """The memory of this process."""
    with Path("/proc/self/statm").open() as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def tell(words: str) -> None:
    """Write how far it is into the file that HOSTILE_TRACE names, if any."""
    if file := os.environ.get("HOSTILE_TRACE"):
        with Path(file).open("a") as stream:
            print(words, file=stream)
