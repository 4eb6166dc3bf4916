"""A Python process with a model of its own explores it in a real window: `exploring.py`, `explored_person.py`."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 150
"""Seconds after which the program is ended; its test then fails."""
ONE = 1
"""Grey level by which a picture may differ: decoders round otherwise for other batches."""


@contextmanager
def researcher(model: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The program, in a process group of its own."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "SEEN": str(folder / "seen.npz"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
    }
    program = Path(__file__).with_name("exploring.py")
    with subprocess.Popen(
        [sys.executable, program, model],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    ) as process:
        patience = threading.Timer(PATIENCE, process.kill)
        patience.start()
        try:
            yield process
        finally:
            patience.cancel()
            process.kill()


def heed_interrupts() -> None:
    """As from a terminal; a suite that a shell started in the background ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def next_line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the program ended with {process.wait()}"
    said: dict[str, Any] = json.loads(line)
    return said


def is_gone(pid: int) -> bool:
    """Whether a process has ended within a generous while."""
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_module_is_explored_and_its_caller_survives_the_window(tmp_path: Path) -> None:
    with researcher("module", tmp_path) as process:
        said = next_line(process)
        assert said["off"] <= ONE
        assert said["selected"]
        assert said["shapes"] == [[3, 2, 2], [1, 3, 2, 2], [48, 3, 2, 2]]
        assert said["classes"] == ["early", "late"]
        assert said["title"].startswith("Painter")
        assert said["offered"] == ["Pin this place"]
        assert said["banner"].startswith("Not copied: this model is in the Python process that opened the window")
        assert said["recent"] == []
        assert "window open" in said["said"]
        assert "1 pinned" in said["said"]
        after = next_line(process)
        assert after["closed"]
        assert after["still"]
        assert "window closed" in after["said"]
        assert process.wait(30) == 0


def test_pca_is_explored_and_its_window_does_not_outlive_the_caller(tmp_path: Path) -> None:
    with researcher("pca", tmp_path) as process:
        said = next_line(process)
        assert said["off"] <= ONE
        assert said["originals"] == 0
        assert said["latents"] < 1e-5
        os.killpg(process.pid, signal.SIGINT)  # as a terminal and a notebook do
        assert next_line(process) == {"interrupted": True, "closed": False}
        folder = Path(tempfile.gettempdir(), said["folder"])
        assert folder.is_dir()
        process.kill()
        assert is_gone(said["window"])
        assert not folder.exists()
