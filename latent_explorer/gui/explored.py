"""The window of `latent_explorer.explore`, a child of the Python process that holds the model.

`python -m latent_explorer.gui.explored FOLDER [CHART]`: shows the bundle in that folder, decoded by the process at the
other end of standard input and output, which gets messages on what is selected, probed, pinned and drawn.
"""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.charts import ChartSpec
from latent_explorer.engine.caller import (
    SCRATCH,
    CallerEngine,
    CloseWindow,
    Drawn,
    Pinned,
    Probed,
    Selected,
    ShowBundle,
    Word,
)
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.gui.app import Window, open_window, show_until_closed
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.service.background import kept_output
from latent_explorer.service.codec import text_to_path
from latent_explorer.session import OpenBundle, open_bundle
from latent_explorer.waiting import wait_asleep

_TELL_MS = 50  # fast enough for a notebook


class Teller(QObject):
    """Tells the caller about the user's changes on the map, shortly after; for the caller's own model only."""

    def __init__(self, pane: MapPane, tell: Callable[[Word], None]) -> None:
        super().__init__(pane)
        self._pane, self._tell = pane, tell
        self._told: dict[type[Word], object] = {}
        self._timer = timer(self, _TELL_MS, self.look)
        self._timer.start()

    def look(self) -> None:
        for kind, seen, make in self._seen():
            if self._told.get(kind, self) is not seen:
                self._told[kind] = seen
                self._tell(make())

    def _seen(self) -> Iterator[tuple[type[Word], object, Callable[[], Word]]]:
        """Each type of message, the state it depends on, and a function that makes it."""
        session = self._pane.session
        if session is None or not session.bundle.config.passing:
            return
        state, probe, path = session.state, self._pane.prober.probe, self._pane.path_frames.latents
        dimensions = session.bundle.config.net.latent_dim
        selection, z = state.selection, np.zeros(0, np.float32) if probe is None else probe.z
        numbers = () if selection is None else np.flatnonzero(selection.chosen)
        yield Selected, selection, lambda: Selected(np.asarray(numbers, np.int64))
        yield Probed, None if probe is None else probe.z, lambda: Probed(np.asarray(z, np.float32))
        pins = np.array([pin.z for pin in state.pins], np.float32).reshape(-1, dimensions)
        yield Pinned, state.pins, lambda: Pinned(tuple(pin.name for pin in state.pins), pins)
        yield Drawn, path, lambda: Drawn(np.asarray(path, np.float32).reshape(-1, dimensions))


class _Words(QObject):
    """Emits the caller's messages in the window's thread."""

    came = pyqtSignal(object)


def window_of(folder: Path, charts: list[str]) -> Window:
    """The window on the caller's model, not shown yet; redirects prints to standard error."""
    words = _Words()
    caller = CallerEngine(kept_output(), sys.stdin.buffer, words.came.emit)
    engines: Iterator[Engine] = chain([caller], iter(ProcessEngine, None))  # other maps have engine processes
    window = open_window([str(folder)], charts, lambda: next(engines))
    pane = window.pane
    words.setParent(window)
    showing = Showing(pane)
    words.came.connect(lambda word: _heed(word, window, showing))
    Teller(pane, caller.tell)
    return window


class Showing(QObject):
    """Shows later bundles of the caller; like a snapshot of the current one if the number of latents is the same."""

    def __init__(self, pane: MapPane) -> None:
        super().__init__(pane)
        self._pane, self._reader = pane, LatestTask("bundle reader")
        self._reader.done.connect(self._take)

    def show(self, folder: Path) -> None:
        shown = self._pane.bundle
        if shown is None or not shown.config.passing:
            self._pane.open(folder)
        else:
            self._reader.begin(lambda _: _read(folder, shown.spec))

    def _take(self, read: OpenBundle | UserError) -> None:
        shown = self._pane.bundle
        if isinstance(read, UserError):
            self._pane.shared.banner.say(f"What was to be shown cannot be read: {read}")
        elif shown is not None and shown.latents.mean.shape == read.latents.mean.shape and shown.config.passing:
            self._pane.navigator.travel_wanted.emit(read)
        else:
            self._pane.open(read.folder)


def _read(folder: Path, chart: ChartSpec | None) -> OpenBundle | UserError:
    """The bundle in a folder with a chart; with the default chart if that one would have to be fitted."""
    try:
        bundle = open_bundle(folder)
        with suppress(UserError):
            bundle = bundle if chart is None else bundle.with_chart(chart)
        _ = bundle.home
        return bundle
    except UserError as error:
        return error


def _heed(word: Word, window: Window, showing: Showing) -> None:
    """Act on a message of the caller."""
    if isinstance(word, ShowBundle):
        showing.show(text_to_path(word.folder))
    elif isinstance(word, CloseWindow):
        window.workbench.leaving.close()


def _remove(folder: Path) -> None:
    """Delete the folder written for this window, as the caller may have been killed."""
    scratch = folder.parents[1]
    if scratch.name.startswith(SCRATCH):
        shutil.rmtree(scratch, ignore_errors=True)


def main(watch: Callable[[Window], None] = lambda window: None) -> None:
    """Show the window until it is closed by the user or the caller. watch: called with it before it is shown."""
    wait_asleep()
    gc.disable()  # during creation there is no garbage; the window collects later
    window = window_of(Path(sys.argv[1]), sys.argv[2:])
    watch(window)
    code = show_until_closed(window)
    _remove(Path(sys.argv[1]))
    os._exit(code)  # a caller that does not read would block the writing thread


if __name__ == "__main__":
    main()
