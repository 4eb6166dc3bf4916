"""Hostile bundles opened one after another in one living window: each is opened or refused with a sentence.

What was open stays unharmed, the window never stalls, its memory does not grow, and nobody is called.
"""

import gc
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer

from latent_explorer.bench.person import Person

EVENTS: list[str] = []
_STALL = 1.0  # seconds


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if EVENTS and event in ("socket.connect", "socket.getaddrinfo", "os.system"):
        EVENTS.append(f"{event} {arguments}"[:200])


sys.addaudithook(_hear)


@pytest.fixture
def listening() -> Iterator[list[str]]:
    """What connections were begun meanwhile, after the first entry."""
    EVENTS.append("begun")
    yield EVENTS
    EVENTS.clear()


class Pulse:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(10)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now

    def stop(self) -> None:
        self._timer.stop()


def try_one(person: Person, folder: Path) -> str:
    """Open a bundle; what is wrong with how the window took it."""
    window = person.window
    window.workbench.banner.clear()
    before = window.pane.bundle
    window.workbench.open(folder)
    person.wait_until(lambda: window.pane.opener.idle, 60, strict=False)
    person.wait(0.02)
    said, now = window.workbench.banner.text, window.pane.bundle
    if not window.pane.opener.idle:
        return "neither opened nor refused within a minute"
    if now is before and "could not be opened" not in said:
        return f"nothing was said: {said!r}"
    if "Something went wrong" in said:
        return said
    if window.minimumSizeHint().width() > 1400:
        return f"the window is {window.minimumSizeHint().width()} pixels wide at least"
    return ""


def resident_mib() -> float:
    with Path("/proc/self/statm").open() as stream:
        return int(stream.read().split()[1]) * 4096 / 2**20


def try_many(person: Person, make_hostile, sound: Path, tmp_path: Path, seeds: range) -> list[str]:
    found, sizes, uncaught = [], [], []
    hook, sys.excepthook = sys.excepthook, lambda kind, error, trace: uncaught.append(f"{kind.__name__}: {error}")
    try:
        for seed in seeds:
            folder, pulse = make_hostile(tmp_path / f"{seed}", seed), Pulse()
            said = try_one(person, folder)
            pulse.stop()
            if said or uncaught or pulse.longest > _STALL:
                found.append(f"seed {seed}: {said} {uncaught} longest turn {pulse.longest:.2f} s")
                uncaught.clear()
            shutil.rmtree(folder)
            if seed % 50 == 49:
                harmed = try_one(person, sound)
                person.wait_until(lambda: person.window.pane.ready, 60, strict=False)
                gc.collect()
                sizes.append(resident_mib())
                found += (
                    [f"after seed {seed} a sound one: {harmed}"] if harmed or person.pane.bundle.folder != sound else []
                )
    finally:
        sys.excepthook = hook
    if len(sizes) > 4 and sizes[-1] > 1.25 * sizes[2] + 64:
        found.append(f"memory grows: {[round(size) for size in sizes]} MiB")
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and makes pipes")
@pytest.mark.parametrize(
    "seeds", [range(12), pytest.param(range(1000, 2000), marks=pytest.mark.slow)], ids=["a dozen", "a thousand"]
)
def test_it_opens_or_refuses_each(
    new_window, make_hostile, small_bundle: Path, tmp_path: Path, listening: list[str], seeds: range
) -> None:
    from latent_explorer.engine.process import ProcessEngine

    person = new_window(small_bundle, ProcessEngine)
    found = try_many(person, make_hostile, small_bundle, tmp_path, seeds)
    assert not found, f"{len(found)} of {len(seeds)}:\n" + "\n".join(found[:20])
    person.window.workbench.open(small_bundle)
    person.wait_until(lambda: person.window.pane.ready)
    assert listening == ["begun"]
