"""What the scripts say and do about an old Python, missing system libraries and a missing display."""

import ast
import subprocess

import pytest


@pytest.fixture
def machine(script):
    return script("machine")


@pytest.fixture
def apt(machine, monkeypatch):
    """A Debian machine, as root; gathers what apt-get is asked for and answers with the codes given."""
    asked, codes = [], []

    def run(command, **_):
        asked.append(" ".join(command))
        code = codes.pop(0) if codes else 0
        return subprocess.CompletedProcess(command, code, stdout="E: Unable to locate package\n")

    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine.subprocess, "run", run)
    return asked, codes


def lack(machine, monkeypatch, *libraries):
    monkeypatch.setattr(machine, "load_error", lambda library: "no such file" if library in libraries else None)


def test_an_old_python_gets_one_line_and_code_2(machine, capsys):
    with pytest.raises(SystemExit) as leaving:
        machine.require_python((3, 10))
    assert leaving.value.code == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "3.11 or newer" in message
    assert "Python 3.10" in message


def test_new_pythons_pass(machine):
    machine.require_python((3, 11))
    machine.require_python((4, 0))


@pytest.mark.parametrize("name", ["machine", "environment", "run", "test"])
def test_an_old_python_can_read_the_scripts(script, name):
    folder = script("environment").ROOT / "scripts"
    ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_load_error_names_the_library(machine):
    assert machine.load_error("libc.so.6") is None
    assert "libnothing-of-the-kind.so.7" in machine.load_error("libnothing-of-the-kind.so.7")


def test_only_missing_libraries_are_asked_for(machine, monkeypatch, apt):
    lack(machine, monkeypatch, "libEGL.so.1", "libxcb-cursor.so.0")
    machine.provide_qt_libraries(x11=True)
    assert [line.partition("install")[2] for line in apt[0]] == [" -y --no-install-recommends libegl1 libxcb-cursor0"]


def test_offscreen_asks_for_no_x11_library(machine, monkeypatch, apt):
    lack(machine, monkeypatch, *machine.X11_LIBRARIES)
    machine.provide_qt_libraries(x11=False)
    assert apt[0] == []


def test_other_systems_are_left_alone(machine, monkeypatch, apt):
    lack(machine, monkeypatch, *machine.OFFSCREEN_LIBRARIES)
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    machine.provide_qt_libraries(x11=True)
    assert apt[0] == []


def test_package_lists_are_fetched_when_a_package_is_unknown(machine, apt):
    asked, codes = apt
    codes[:] = [100, 0, 0]
    machine.provide_packages(["libegl1"], wanted_by="Qt")
    assert [line.split()[3] for line in asked] == ["install", "update", "install"]


def test_without_root_the_line_to_run_is_printed(machine, monkeypatch, apt, capsys):
    lack(machine, monkeypatch, "libGL.so.1", "libEGL.so.1")
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as leaving:
        machine.provide_qt_libraries(x11=False)
    assert leaving.value.code == 2
    assert apt[0] == []
    assert capsys.readouterr().err.strip().endswith("Run: sudo apt-get install -y libgl1 libegl1")


def test_when_apt_fails_its_last_lines_and_the_line_to_run_are_printed(machine, apt, capsys):
    apt[1][:] = [100, 100, 100]
    with pytest.raises(SystemExit) as leaving:
        machine.provide_packages(["libegl1"], wanted_by="Qt")
    assert leaving.value.code == 2
    assert "Unable to locate" in (message := capsys.readouterr().err)
    assert "sudo apt-get install -y libegl1" in message


def test_a_plugin_that_does_not_load_stops_before_qt_aborts(machine, tmp_path, capsys):
    plugins = tmp_path / "lib" / "python3.11" / "site-packages" / "PyQt6" / "Qt6" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    (plugins / "libqxcb.so").write_bytes(b"not a library")
    machine.require_qt_plugin(tmp_path, "offscreen")
    with pytest.raises(SystemExit):
        machine.require_qt_plugin(tmp_path, "xcb")
    assert "libqxcb.so" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({}, None),
        ({"DISPLAY": ""}, None),
        ({"DISPLAY": ":0"}, "xcb"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "xcb"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "wayland;xcb"}, "wayland"),
        ({"QT_QPA_PLATFORM": "xcb"}, None),
        ({"QT_QPA_PLATFORM": "offscreen"}, "offscreen"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "vnc:size=800x600"}, "vnc"),
    ],
)
def test_the_platform_a_window_opens_on(machine, monkeypatch, environment, platform):
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert machine.window_platform(environment) == platform


def test_other_systems_always_have_a_display(machine, monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "win32")
    assert machine.window_platform({}) == "native"


def test_a_dead_x_display_is_noticed(machine, monkeypatch):
    if machine.load_error("libxcb.so.1"):
        pytest.skip("no libxcb here")
    monkeypatch.setenv("DISPLAY", ":4077")
    assert machine.x_display_answers() is False
