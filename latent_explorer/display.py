"""Checks for a working display before Qt starts, because Qt ends the process if there is none."""

import os
import re
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

_PATIENCE = 3.0  # seconds, for displays across a network
_COOKIE = b"MIT-MAGIC-COOKIE-1"
_TCP = 6000  # the port of display 0


def display_problem(environ: Mapping[str, str] = os.environ) -> str:
    """The reason why no window can be shown; empty if one can, as far as is known, or Qt was told to draw elsewhere."""
    if not sys.platform.startswith("linux"):
        return ""
    asked = environ.get("QT_QPA_PLATFORM", "")
    kinds = [kind.partition(":")[0] for kind in asked.split(";")] if asked else ["xcb", "wayland"]
    if "WAYLAND_SOCKET" in environ or any(not kind.startswith(("xcb", "wayland")) for kind in kinds):
        return ""
    problems = [
        _x11_problem(environ) if kind.startswith("xcb") else _wayland_problem(environ, bool(asked)) for kind in kinds
    ]
    return "" if "" in problems else "; ".join(problem for problem in problems if problem != _UNSET) or _UNSET


_UNSET = "neither DISPLAY nor WAYLAND_DISPLAY is set"


def _wayland_problem(environ: Mapping[str, str], asked: bool) -> str:
    name = environ.get("WAYLAND_DISPLAY") or ("wayland-0" if asked else "")
    if not name:
        return _UNSET
    path = Path(environ.get("XDG_RUNTIME_DIR", "/"), name)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(_PATIENCE)
            wire.connect(str(path))
    except OSError as error:
        return f"the display WAYLAND_DISPLAY={name} does not answer ({error.strerror or error})"
    return ""


def _x11_problem(environ: Mapping[str, str]) -> str:
    name = environ.get("DISPLAY", "")
    if not name:
        return _UNSET
    match = re.fullmatch(r"(?:[a-z]+/)?([^:/]*|\[[0-9a-fA-F:.]+\]):(\d{1,5})(?:\.\d+)?", name)
    if match is None:
        return ""  # a form that Qt may understand
    host, number = match[1].strip("[]"), int(match[2])
    try:
        with _connected(host, number) as wire:
            refusal = _refusal(wire, _cookies(environ, str(number).encode()))
    except OSError as error:
        return f"the display DISPLAY={name} does not answer ({error.strerror or error})"
    return f"the display DISPLAY={name} refuses this program ({refusal})" if refusal else ""


def _connected(host: str, number: int) -> socket.socket:
    """Connect to the X server of a display. Raises OSError if there is none."""
    if host not in ("", "unix"):
        return socket.create_connection((host, _TCP + number), _PATIENCE)
    path = f"/tmp/.X11-unix/X{number}"
    for address in (f"\0{path}", path):
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(_PATIENCE)
        try:
            wire.connect(address)
            return wire
        except OSError as error:
            wire.close()
            last = error
    try:
        return socket.create_connection(("localhost", _TCP + number), _PATIENCE)
    except OSError:
        raise last from None


def _refusal(wire: socket.socket, cookies: list[tuple[bytes, bytes]]) -> str:
    """The server's reason for refusing the connection; empty if it accepts, or if that cannot be found out."""
    if any(method != _COOKIE for method, _ in cookies):
        return ""
    method, secret = cookies[0] if cookies else (b"", b"")
    head = struct.pack("<BxHHHH2x", ord("l"), 11, 0, len(method), len(secret))
    wire.sendall(head + _padded(method) + _padded(secret))
    answer = wire.recv(256)
    if not answer:
        return "it closed the connection"
    if answer[0] != 0 or len(cookies) > 1:
        return ""
    return answer[8 : 8 + answer[1]].decode("latin-1").strip() or "without a reason"


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def _cookies(environ: Mapping[str, str], number: bytes) -> list[tuple[bytes, bytes]]:
    """The methods and secrets in the user's file for the display with this number."""
    path = Path(environ.get("XAUTHORITY") or Path(environ.get("HOME", "/"), ".Xauthority"))
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        content = b""
    found: list[tuple[bytes, bytes]] = []
    place = 0
    while place + 2 <= len(content):
        place += 2  # skip the address family
        fields = []
        for _ in range(4):
            (length,) = struct.unpack_from(">H", content.ljust(place + 2, b"\0"), place)
            fields.append(content[place + 2 : place + 2 + length])
            place += 2 + length
        _, display, method, secret = fields
        if display in (number, b""):
            found.append((method, secret))
    return found
