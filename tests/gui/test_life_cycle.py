"""The real command in a process of its own, and how it ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.errors import UserError
from latent_explorer.gui import app

PATIENCE = 150.0
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads /proc")


def eventually(seen: Callable[[], object]) -> object:
    """The first true value that is seen; fails after a generous while."""
    deadline = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def field(pid: int, name: str) -> str:
    """A line of a process's status; empty where it is gone."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), "")
    return ""


def catches(pid: int, number: signal.Signals) -> bool:
    return bool(int(field(pid, "SigCgt") or "0", 16) >> (number - 1) & 1)


def runs(pid: int) -> bool:
    return field(pid, "State")[:1] not in ("", "Z", "X")


def engine_of(pid: int) -> int:
    """The process of a window's engine, 0 where there is none yet."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_engine = b"latent_explorer.engine" in (folder / "cmdline").read_bytes()
            if is_engine and field(int(folder.name), "PPid") == str(pid):
                return int(folder.name)
    return 0


@pytest.fixture
def launch(small_bundle: Path, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the command on the small bundle, with settings of its own."""
    started: list[subprocess.Popen[str]] = []
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}

    def start(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "latent_explorer", "--model", str(small_bundle), *arguments]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@needs_proc
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_however_the_window_ends_no_engine_is_left(launch, number: signal.Signals, code: int) -> None:
    """The signal comes as soon as it can be heard, be Qt's loop running yet or not."""
    window = launch()
    engine = int(eventually(lambda: engine_of(window.pid)))
    eventually(lambda: catches(window.pid, signal.SIGTERM))
    window.send_signal(number)
    assert window.wait(PATIENCE) == code
    eventually(lambda: not runs(engine))
    assert "Traceback" not in window.stderr.read()


@needs_proc
def test_ended_after_a_while_it_is_just_as_tidy(launch, tmp_path: Path) -> None:
    """By then the model is open, which the settings show."""
    window = launch()
    engine = int(eventually(lambda: engine_of(window.pid)))
    settings = tmp_path / "latent-explorer" / "settings.json"
    eventually(lambda: settings.is_file() and "RecentBundles" in settings.read_text())
    window.send_signal(signal.SIGTERM)
    assert window.wait(PATIENCE) == 0
    eventually(lambda: not runs(engine))
    assert window.stderr.read() == ""
    assert "geometry" in settings.read_text()


def test_closed_by_itself_it_ends_well(launch) -> None:
    window = launch("--time-first-paint")
    out, err = window.communicate(timeout=PATIENCE)
    assert window.returncode == 0
    assert json.loads(out)["first_paint"] <= time.time()
    assert err == ""


def test_a_closed_window_is_deleted_before_python_ends(small_bundle: Path, tmp_path: Path) -> None:
    """What PyQt deletes at Python's exit, it deletes piece by piece, which crashed in a third of all runs."""
    program = f"""
from PyQt6 import sip
from PyQt6.QtCore import QTimer
from latent_explorer.gui import app
windows = []
def watch(window):
    windows.append(window)
    QTimer.singleShot(0, window.close)
print(app.run([{str(small_bundle)!r}], watch=watch), sip.isdeleted(windows[0]))
"""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


def test_the_windows_process_stays_light(small_bundle: Path) -> None:
    """Neither torch nor sklearn nor CUDA is imported with a real window open, hovered and described, a path drawn."""
    program = f"""
import sys
from latent_explorer.bench.person import person_at_a_window
with person_at_a_window({str(small_bundle)!r}) as person:
    person.wait_for_the_engine()
    person.move(person.point(0, 0))
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    person.wait_until(lambda: person.window.pane.prober.place is not None)
    person.drag(person.point(-2, 3), person.point(2, 3), 0.1)
    person.wait_until(lambda: len(person.window.pane.filmstrip.frames) > 0)
    print(sorted({{"torch", "torchvision", "sklearn", "cuda"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def reported(person: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """A person whose window reports what no one caught, as in the real program."""
    monkeypatch.setattr(sys, "excepthook", partial(app._report, person.window.workbench.banner))
    return person


def test_an_error_in_a_slot_is_shown_and_the_program_goes_on(reported: Person) -> None:
    def fail() -> None:
        raise RuntimeError("a mishap")

    QTimer.singleShot(0, fail)
    window = reported.window
    reported.wait_until(lambda: "a mishap" in window.workbench.banner.text)
    assert "latent-explorer.log" in window.workbench.banner.text
    reported.move(reported.point(0, 0))
    reported.wait_until(lambda: window.pane.prober.probe.picture is not None)
    window.workbench.banner.clear()


def test_a_user_error_in_a_slot_is_shown_as_it_stands(reported: Person) -> None:
    def fail() -> None:
        raise UserError("choose another folder")

    QTimer.singleShot(0, fail)
    reported.wait_until(lambda: reported.window.workbench.banner.text == "choose another folder")
    reported.window.workbench.banner.clear()


def test_which_bundle_is_opened(qapp: QApplication, new_window, small_bundle: Path) -> None:
    settings = new_window(None).window.workbench.settings
    assert app.folder_to_open(None, settings).name == "mnist-vae-2d"
    settings.remember_bundle(small_bundle)
    assert app.folder_to_open(None, settings) == small_bundle.resolve()
    assert app.folder_to_open("mnist-ae-2d", settings).name == "mnist-ae-2d"
    with pytest.raises(UserError, match="no bundle 'nothing'"):
        app.folder_to_open("nothing", settings)
