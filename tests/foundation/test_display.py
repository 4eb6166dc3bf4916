"""A display is asked for before Qt is: one that is not there, refuses or is silent is named."""

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from latent_explorer import display
from latent_explorer.display import display_problem

REFUSAL = b"\0\x0b\x0b\0\0\0\x03\0No protocol\0"


@pytest.fixture
def x_server() -> Iterator[Callable[[bytes], str]]:
    """x_server(answer): the DISPLAY of a server that answers so; nothing for one that hangs up."""
    listening: list[socket.socket] = []
    asked: list[bytes] = []

    def start(answer: bytes | None) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve() -> None:
            wire, _ = server.accept()
            with wire:
                asked.append(wire.recv(256))
                if answer is not None:
                    wire.sendall(answer)
                else:
                    wire.recv(1)  # until the other side gives up

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1] - 6000}"

    start.asked = asked
    yield start
    for server in listening:
        server.close()


def test_a_display_that_answers_is_taken_and_shown_the_cookie(x_server, tmp_path):
    name = x_server(b"\1" + bytes(39))
    fields = (b"host", name.partition(":")[2].encode(), b"MIT-MAGIC-COOKIE-1", b"0123456789abcdef")
    packed = b"".join(struct.pack(">H", len(field)) + field for field in fields)
    (tmp_path / "auth").write_bytes(b"\1\0" + packed)
    assert display_problem({"DISPLAY": f"{name}.0", "XAUTHORITY": str(tmp_path / "auth")}) == ""
    assert b"MIT-MAGIC-COOKIE-1\0\x000123456789abcdef" in x_server.asked[0]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [(REFUSAL, "refuses this program .No protocol"), (b"", "refuses this program .it closed the connection")],
)
def test_a_display_that_refuses_is_named(x_server, tmp_path, answer, problem):
    assert_problem({"DISPLAY": x_server(answer), "HOME": str(tmp_path)}, problem)


def test_a_display_that_is_silent_is_named(x_server, tmp_path, monkeypatch):
    monkeypatch.setattr(display, "_PATIENCE", 0.1)
    assert_problem({"DISPLAY": x_server(None), "HOME": str(tmp_path)}, "does not answer .timed out")


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"QT_QPA_PLATFORM": "xcb"}, "neither DISPLAY nor"),
        ({"DISPLAY": ":94"}, "DISPLAY=:94 does not answer"),
        ({"DISPLAY": ":94", "QT_QPA_PLATFORM": "xcb"}, "DISPLAY=:94 does not answer"),
        ({"DISPLAY": "127.0.0.1:59000"}, "DISPLAY=127.0.0.1:59000 does not answer"),
        ({"DISPLAY": "no-such-host.invalid:1"}, "does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-94"}, "WAYLAND_DISPLAY=wayland-94 does not answer"),
        ({"QT_QPA_PLATFORM": "wayland"}, "WAYLAND_DISPLAY=wayland-0 does not answer"),
        ({"DISPLAY": ":94", "WAYLAND_DISPLAY": "wayland-94"}, "DISPLAY=:94 .*; .* WAYLAND_DISPLAY=wayland-94"),
    ],
)
def test_a_display_that_is_not_there_is_named(tmp_path, environ, problem):
    assert_problem({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), **environ}, problem)


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600", "xcb;offscreen"])
def test_where_no_display_is_needed_none_is_asked_for(platform):
    assert display_problem({"DISPLAY": ":94", "QT_QPA_PLATFORM": platform}) == ""


def test_a_wayland_display_that_answers_is_enough(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wayland-3"))
        server.listen()
        environ = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-3", "DISPLAY": ":94"}
        assert display_problem(environ) == ""


def assert_problem(environ, pattern):

    problem = display_problem(environ)
    assert re.search(pattern, problem), problem
