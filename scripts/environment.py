"""The project's own `.venv`: made when missing, installed into when out of date, left alone otherwise."""

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import machine

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"  # the digest of what was installed, written last of all
UNFINISHED = VENV / "installing"  # stands from the moment pip changes site-packages until it has succeeded
TEST_EXTRA = "test"
PROGRESS = ("Collecting ", "Downloading ", "Using cached ", "Installing ")


def program(name: str) -> Path:
    """The path of a program inside `.venv`, such as python."""
    return VENV / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)


def prepare(extra: str = "") -> None:
    """Have `.venv` hold the project with `extra`; costs a few file reads when it already does.

    Stops with one clear line and exit code 2 when Python, venv or pip cannot do it.
    """
    if is_prepared(extra):
        return
    try:
        with one_at_a_time():
            if not is_prepared(extra):  # another script may have done it while this one waited
                provide_venv()
                install(extra)
    except KeyboardInterrupt:
        machine.stop("Interrupted; the next run takes up the installation again", code=130)


def is_prepared(extra: str) -> bool:
    """Whether what is installed is what an installation with `extra` would give, or that and the test extra."""
    if not (STAMP.is_file() and program("python").exists()):
        return False
    return STAMP.read_text() in {digest(extra), digest(TEST_EXTRA)}


def digest(extra: str) -> str:
    """What an installation depends on: the project file, this folder, the Python under `.venv`, the extra."""
    python = os.path.realpath(program("python"))
    parts = ((ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode(), python.encode(), extra.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the checkout's lock, so that two scripts started together do not install over each other."""
    try:
        import fcntl
    except ImportError:  # Windows cannot lock a folder
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def provide_venv() -> None:
    """Make `.venv`, afresh when the one that is there was left half installed or cannot run pip."""
    if UNFINISHED.exists() or not runs_pip():
        provide_ensurepip()
        print(f"Making {VENV}", flush=True)
        outcome = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
        if outcome.returncode:
            print(machine.last_lines((outcome.stdout + outcome.stderr).splitlines()), file=sys.stderr)
            machine.stop(f"{VENV} could not be made. Mend that and run this again")


def runs_pip() -> bool:
    """Whether the Python of `.venv` starts, is new enough and has pip."""
    check = f"import sys, pip; sys.exit(sys.version_info < {machine.MINIMUM_PYTHON})"
    try:
        return subprocess.run([program("python"), "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def provide_ensurepip() -> None:
    """See to the part of the standard library that Debian packs apart."""
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if sys.platform != "linux":
        machine.stop(f"{sys.executable} has no ensurepip, which venv needs; install a complete Python")
    machine.provide_packages([package], wanted_by="venv")


def install(extra: str) -> None:
    """Install the project into `.venv`, editable, and stamp it; stops when pip does not succeed."""
    STAMP.unlink(missing_ok=True)
    print("Installing Latent Explorer into .venv (several GB with torch, the first time only)", flush=True)
    lines = []
    with pip_install(f"{ROOT}[{extra}]" if extra else str(ROOT)) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            show_progress(line.strip())
    if pip.returncode:
        print(machine.last_lines(lines), file=sys.stderr)
        machine.stop("pip could not install Latent Explorer: its last lines say why. It needs a package index in reach")
    UNFINISHED.unlink(missing_ok=True)
    STAMP.write_text(digest(extra))


def pip_install(target: str) -> "subprocess.Popen[str]":
    """Start pip in `.venv`, both its streams in one pipe."""
    return subprocess.Popen(
        [program("python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--editable", target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def show_progress(line: str) -> None:
    """Pass on what tells that pip is alive; from the first change of site-packages on, remember that."""
    if line.startswith("Installing collected packages"):
        UNFINISHED.touch()
        print("  Installing packages", flush=True)
    elif line.startswith(PROGRESS):
        print(f"  {line[:110]}", flush=True)


def hand_over(name: str, arguments: list[str]) -> NoReturn:
    """Become a program of `.venv`, so that signals and exit codes pass (on Windows: run it and pass its code on)."""
    path = str(program(name))
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        raise SystemExit(subprocess.call([path, *arguments]))
    os.execv(path, [path, *arguments])
