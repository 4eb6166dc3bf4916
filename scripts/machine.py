"""What the scripts need of the machine: Python itself, the system libraries that Qt loads, a display.

Kept to syntax that Python 3.6 reads, so that an old Python gets one clear line instead of a SyntaxError.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

MINIMUM_PYTHON = (3, 11)


def require_python(version: "tuple[int, int]") -> None:
    """Stop with one line and exit code 2 when `version` is older than the project needs."""
    if version < MINIMUM_PYTHON:
        found, needed = (".".join(map(str, numbers)) for numbers in (version, MINIMUM_PYTHON))
        sys.stderr.write(f"Latent Explorer needs Python {needed} or newer; {sys.executable} is Python {found}\n")
        raise SystemExit(2)


require_python(sys.version_info[:2])  # before the annotations below, which an older Python cannot evaluate

# Debian's package by the library that Qt loads from it.
OFFSCREEN_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
DISPLAY_VARIABLES = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}


def stop(message: str, code: int = 2) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    print(message, file=sys.stderr, flush=True)
    raise SystemExit(code)


def load_error(library: "str | Path") -> "str | None":
    """Why a shared library cannot be loaded, or None when it can."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return str(error)
    return None


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of those libraries (package by library name) that cannot be loaded."""
    return [package for library, package in libraries.items() if load_error(library)]


def provide_qt_libraries(*, x11: bool) -> None:
    """See to the system libraries that Qt needs offscreen and, if `x11`, on an X display; Linux only."""
    if sys.platform != "linux":
        return
    packages = missing_packages({**OFFSCREEN_LIBRARIES, **(X11_LIBRARIES if x11 else {})})
    if packages:
        provide_packages(packages, wanted_by="Qt")


def require_qt_plugin(venv: Path, platform: str) -> None:
    """Stop when the plugin with which Qt opens `platform` does not load: Qt itself would abort; Linux only."""
    for plugin in venv.glob(f"lib/python*/site-packages/PyQt6/Qt6/plugins/platforms/libq{platform}.so"):
        error = load_error(plugin)
        if error:
            stop(f"Qt cannot start on this machine: {error}. Install the system package that holds it")


def provide_packages(packages: list[str], *, wanted_by: str) -> None:
    """Install Debian packages where we may; otherwise stop with the one line that a person can run."""
    by_hand = f"sudo apt-get install -y {' '.join(packages)}"
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        stop(f"{wanted_by} needs system packages that are missing here. Run: {by_hand}")
    print(f"Installing for {wanted_by}: {' '.join(packages)}", flush=True)
    outcome = _apt_install(packages)
    if outcome.returncode:  # the package lists may be empty or out of date
        _apt_get("update")
        outcome = _apt_install(packages)
    if outcome.returncode:
        print(last_lines(outcome.stdout.splitlines()), file=sys.stderr)
        stop(f"apt-get could not install what {wanted_by} needs. Mend that and run: {by_hand}")


def last_lines(lines: Iterable[str], count: int = 8) -> str:
    """The last lines that say something, as one text."""
    return "\n".join([line.rstrip() for line in lines if line.strip()][-count:])


def _apt_install(packages: list[str]) -> "subprocess.CompletedProcess[str]":
    return _apt_get("install", "-y", "--no-install-recommends", *packages)


def _apt_get(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def window_platform(environment: Mapping[str, str]) -> "str | None":
    """The Qt platform that a window opens on: xcb, wayland, native, the one asked for; None without a display."""
    asked = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if sys.platform != "linux" or (asked and asked not in DISPLAY_VARIABLES):
        return asked or "native"
    candidates = [asked] if asked else list(DISPLAY_VARIABLES)
    return next((platform for platform in candidates if environment.get(DISPLAY_VARIABLES[platform])), None)


def x_display_answers() -> bool:
    """Whether the X server named by DISPLAY takes a connection: Qt aborts when it does not."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
