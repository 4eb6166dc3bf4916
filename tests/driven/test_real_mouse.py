"""The real command on a real display, worked with a real mouse and real keys."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageGrab, features

MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed"),
    pytest.mark.skipif(not features.check("xcb"), reason="this Pillow takes no pictures of an X display"),
]

PATIENCE = 150.0
WIDTH, HEIGHT = 1280, 800


def eventually(seen: Callable[[], object]) -> object:
    """The first true value that is seen; fails after a generous while."""
    deadline = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Desk:
    """A display with a mouse and a keyboard. name: as in DISPLAY."""

    name: str

    @property
    def environment(self) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
        return {**ours, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}

    def do(self, *arguments: object) -> str:
        """Run xdotool; what it prints."""
        command = ["xdotool", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout

    def see(self) -> NDArray[np.int16]:
        """The screen (h, w, 3)."""
        return np.asarray(ImageGrab.grab(xdisplay=self.name).convert("RGB")).astype(np.int16)

    def still(self) -> NDArray[np.int16]:
        """The screen once it has come to rest."""
        seen = [self.see()]

        def rests() -> bool:
            time.sleep(0.3)
            seen.append(self.see())
            return bool((seen[-1] == seen[-2]).all())

        eventually(rests)
        return seen[-1]

    def changed(self, before: NDArray[np.int16], where: tuple[slice, slice]) -> int:
        """How many pixels of a part of the screen look clearly different from before."""
        return int((np.abs(self.see() - before)[where].max(-1) > 24).sum())


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    size = getattr(request, "param", f"{WIDTH}x{HEIGHT}")
    # A server that starts anew when its last client leaves turns away those that come meanwhile: xdotool leaves often.
    command = ["Xvfb", "-noreset", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        yield Desk(f":{server.stdout.readline().strip()}")
        server.terminate()


@pytest.fixture
def window(desk: Desk, small_bundle: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command, its window in view and with the keyboard."""
    command = [sys.executable, "-m", "latent_explorer", "--model", str(small_bundle)]
    environment = {**desk.environment, "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            find = ("search", "--onlyvisible", "--pid", process.pid, "--name", "Latent Explorer")
            eventually(lambda: process.poll() is not None or desk.do(*find))
            assert process.poll() is None, process.stderr.read()
            number = desk.do(*find).split()[0]
            desk.do("windowmove", number, 0, 0)
            desk.do("windowsize", number, WIDTH, HEIGHT)
            desk.do("windowfocus", number)
            yield process
        finally:
            process.kill()


def engine_of(pid: int) -> int:
    """The process of a window's engine, 0 where there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if parent == str(pid) and b"latent_explorer.engine" in (folder / "cmdline").read_bytes():
                return int(folder.name)
    return 0


def test_the_mouse_is_moved_clicked_and_the_window_closed(desk: Desk, window: "subprocess.Popen[str]") -> None:
    picture, pins = np.s_[95:380, WIDTH - 300 : WIDTH - 15], np.s_[560:770, :160]
    engine = eventually(lambda: engine_of(window.pid))

    empty = desk.still()
    desk.do("mousemove", 400, 300)
    eventually(lambda: desk.changed(empty, picture) > 4000)  # a picture is there
    first = desk.still()
    desk.do("mousemove", 720, 420)
    eventually(lambda: desk.changed(first, picture) > 4000)  # and it is another

    no_pins = desk.still()
    desk.do("click", 1)
    eventually(lambda: desk.changed(no_pins, pins) > 100)  # the pin is in the list

    desk.do("key", "ctrl+q")
    assert window.wait(PATIENCE) == 0, window.stderr.read()
    eventually(lambda: not Path(f"/proc/{engine}").exists())
    assert window.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.parametrize("desk", ["800x600", "1024x768", "1366x768", "1920x1080"], indirect=True)
def test_the_first_window_lies_whole_on_the_screen(desk: Desk, small_bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "latent_explorer", "--model", str(small_bundle)]
    environment = {**desk.environment, "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment) as process:
        try:
            find = ("search", "--onlyvisible", "--pid", process.pid, "--name", "Latent Explorer")
            eventually(lambda: process.poll() is not None or desk.do(*find))
            assert process.poll() is None, process.stderr.read()
            number = desk.do(*find).split()[0]
            height, width, _ = desk.still().shape
            found = dict(line.split("=") for line in desk.do("getwindowgeometry", "--shell", number).split())
        finally:
            process.kill()
    left, top = int(found["X"]), int(found["Y"])
    assert min(left, top) >= 0
    assert (left + int(found["WIDTH"]), top + int(found["HEIGHT"])) <= (width, height)
    assert top + int(found["HEIGHT"]) <= height
