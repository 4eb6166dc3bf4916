"""Time travel: moves the map through the snapshots of a run."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEasingCurve, QObject, QVariantAnimation, pyqtSignal

from latent_explorer.atlas import Region
from latent_explorer.bundles import BundleConfig, Moment, read_config
from latent_explorer.charts.chart import bulk
from latent_explorer.errors import UserError
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.tile_feed import AtlasFeed
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.runs import RunFolder
from latent_explorer.runs.folder import snapshots_of
from latent_explorer.session import OpenBundle, open_bundle

_PATIENCE_MS = 250  # wait for the pictures of the view before the points move
_GLIDE_MS = 450
_END_S = 1.0  # seconds that closing waits for a disk
_MOST = 5000  # snapshots of a run
_LONGEST_STEP = 0.05  # seconds between two steps of the points, at most
_ROOM = (0.5, 1.02)  # the share of the view that the data may span before it is fitted again


class PointGlide(QVariantAnimation):
    """Animates points to their new places while the pictures below dissolve."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas, self._shown = canvas, 0.0
        self._from = self._to = np.zeros((0, 2), np.float32)
        self.setDuration(_GLIDE_MS)
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setEasingCurve(QEasingCurve.Type.InOutSine)
        self.valueChanged.connect(self._show)

    @property
    def moving(self) -> bool:
        return self.state() == self.State.Running

    def begin(self, start: NDArray[np.float32], end: NDArray[np.float32]) -> None:
        """Animate points (n, 2) from start to end, and dissolve to the new pictures."""
        self._from, self._to = start, end
        self._canvas.frame_scheduler.dissolve()
        self.start()

    def finish(self) -> None:
        """Jump to the end."""
        if self.moving:
            self.setCurrentTime(self.duration())

    def _show(self, share: float) -> None:
        now, scheduler = time.perf_counter(), self._canvas.frame_scheduler
        if share < 1 and scheduler.busy and now - self._shown < _LONGEST_STEP:
            return  # the user's own movement of the map has priority
        self._shown = now
        self._canvas.points.move(self._to if share >= 1 else self._from + np.float32(share) * (self._to - self._from))
        scheduler.mix(share)


class SnapshotNavigator(QObject):
    """Shows the snapshots of a run, one at a time.

    While the newest snapshot is shown, it moves to each new one. listed: the list of snapshots has changed. moved: the
    index of the snapshot that is shown, or about to be. arrived: the OpenBundle of a snapshot is on the map.
    open_wanted: the folder of a snapshot to open like any bundle. left: another bundle is being opened. travel_wanted:
    the OpenBundle of a snapshot that should replace the current bundle within the session. folders: of the snapshots,
    by step. bundle: the open one.
    """

    listed = pyqtSignal()
    arrived = pyqtSignal(object)
    moved = pyqtSignal(int)
    left = pyqtSignal()
    open_wanted = pyqtSignal(object)
    travel_wanted = pyqtSignal(object)

    def __init__(
        self, canvas: MapCanvas, points: PointLayer, tiles: TileLayer, feed: AtlasFeed, say: Callable[[str], None]
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._points, self._tiles, self._feed, self._say = canvas, points, tiles, feed, say
        self.bundle: OpenBundle | None = None
        self.run: RunFolder | None = None
        self.folders: list[Path] = []
        self._known: dict[Path, BundleConfig] = {}
        self.gathers = False
        self._follows = False  # whether the newest snapshot is shown, or about to be
        self._wanted: Path | None = None
        self._under_way = False
        self._home: Region | None = None  # the home view after the points have moved
        self.glide = PointGlide(canvas)
        self.glide.finished.connect(self._fit_at_last)
        self._reader = LatestTask("snapshot reader")
        self._reader.done.connect(self._take)
        self._lister = LatestTask("snapshot list")
        self._lister.done.connect(self._take_list)
        self._after: list[Callable[[], None]] = []  # called when the list is ready
        self._patience = timer(self, _PATIENCE_MS, self._set_out, once=True)

    @property
    def moments(self) -> list[Moment]:
        return [each.moment for each in map(self._known.__getitem__, self.folders) if each.moment is not None]

    @property
    def turns(self) -> list[tuple[float, float, float, float] | None]:
        return [self._known[folder].turn for folder in self.folders]

    @property
    def shown(self) -> OpenBundle | None:
        """The snapshot on the map; None if another bundle is shown."""
        return self.bundle if self.bundle is not None and self.bundle.folder in self.folders else None

    @property
    def follows(self) -> bool:
        """Whether it shows the newest snapshot and moves to each new one."""
        return self._follows

    @property
    def index(self) -> int:
        """The index of the snapshot that is shown, or about to be; -1 for none."""
        folder = self._wanted or (self.shown.folder if self.shown is not None else None)
        return self.folders.index(folder) if folder in self.folders else -1

    def begin(self, run: RunFolder, then: Callable[[], None] | None = None) -> None:
        """Navigate another run; the map does not change until `go_to`.

        then: called once its snapshots are listed, unless another run is begun in the meantime.
        """
        self.stop()
        self.run, self._follows = run, True
        self._known, self.folders, self._after = {}, [], []
        self._list(then)

    def add(self) -> None:
        """Add a new snapshot; moves to the newest if the previous one was shown."""
        self._list(self._catch_up)

    def _catch_up(self) -> None:
        if self._follows and self.folders:
            self.go_to(len(self.folders) - 1)

    def go_to(self, index: int) -> None:
        """Show the snapshot at an index, once the one being loaded has arrived."""
        if not 0 <= index < len(self.folders):
            return
        self._wanted = self.folders[index]
        self._follows = index == len(self.folders) - 1
        self.moved.emit(index)
        if not self._under_way:
            self._leave()

    def stop(self) -> None:
        self._patience.stop()
        self.glide.finish()
        self._home = None
        self.gathers = self._under_way = False
        self._wanted = None

    def close(self) -> None:
        self.stop()
        self._reader.close(_END_S)
        self._lister.close(_END_S)

    def make_way_for(self, folder: Path) -> None:
        """Stop playback, as the user has chosen the bundle in a folder; not if it is a snapshot of the run."""
        if folder not in self.folders:
            self.left.emit()

    def leave_for(self, folder: Path) -> None:
        """Leave the run, as the bundle in a folder is opened; not if it is a snapshot of the run."""
        if folder not in self.folders:
            self.stop()
            self._follows = False

    def arrive(self, bundle: OpenBundle) -> None:
        """Take the requested snapshot from the engine; the points move once the visible pictures are decoded."""
        self.glide.finish()
        self._fit(bundle)
        self.gathers = True
        self._patience.start()
        self.arrived.emit(bundle)

    def tile_came(self) -> None:
        if self._feed.missing == 0:
            self._set_out()

    def _leave(self) -> None:
        """Load the requested snapshot, unless it is shown already."""
        folder, shown = self._wanted, self.shown
        if folder is None or (shown is not None and shown.folder == folder):
            self._wanted = None
            return
        self._under_way = True
        if shown is None:
            self.open_wanted.emit(folder)
        else:
            self._reader.begin(lambda _: _read(folder, shown))

    def _take(self, read: OpenBundle | UserError) -> None:
        if isinstance(read, UserError):
            self._wanted = None
            self._under_way = False
            self._say(f"This snapshot cannot be shown: {read}")
            self._list()
        elif self._under_way and self.shown is not None:
            self.travel_wanted.emit(read)

    def _set_out(self) -> None:
        """Animate points and pictures to the snapshot that has arrived."""
        if not self.gathers or self.bundle is None:
            return
        self.gathers = False
        self._patience.stop()
        self._tiles.forget()
        self._points.regroup(self.bundle.latents.label)  # a generator's draws stay, but their classes change
        self.glide.begin(self._points.uv, self.bundle.uv)
        self.rest()

    def rest(self) -> None:
        """End of a move: continue to the snapshot that was requested in the meantime."""
        self._under_way = False
        self._leave()

    def give_up(self) -> None:
        """Give up a snapshot that cannot be loaded; it may have been thinned out."""
        self.stop()
        self._list()

    def landed(self) -> None:
        """Called when the first snapshot of a run has been opened."""
        if self.shown is not None:
            self.arrived.emit(self.shown)
        self.rest()

    def _fit(self, bundle: OpenBundle) -> None:
        """Fit the view to the data if they no longer fill it, unless the user has zoomed or panned.

        During the move, the old places stay in view too.
        """
        canvas, home = self._canvas, Region.around(bundle.home)
        seen = canvas.fitted.region
        spans = max((home.width / seen.width, home.height / seen.height))
        outside = np.any(
            [home.left < seen.left, home.right > seen.right, home.bottom < seen.bottom, home.top > seen.top]
        )
        if outside or not _ROOM[0] <= spans <= _ROOM[1]:
            canvas.change_home(Region.around(np.concatenate([bundle.home, bulk(self._points.uv)])))
            self._home = home

    def _fit_at_last(self) -> None:
        """Fit the view to the new places only, after the move."""
        if self._home is not None:
            self._canvas.change_home(self._home)
            self._home = None

    def _list(self, then: Callable[[], None] | None = None) -> None:
        """List the snapshots in a thread: a run thins them out as it proceeds."""
        self._after += [then] if then is not None else []
        run, known = self.run, self._known
        if run is not None:
            self._lister.begin(lambda check: _listed(run, known, check))

    def _take_list(self, known: dict[Path, BundleConfig]) -> None:
        self._known, self.folders = known, list(known)
        self.listed.emit()
        waiting, self._after = self._after, []
        for each in waiting:
            each()


def _listed(run: RunFolder, known: Mapping[Path, BundleConfig], check: Callable[[], None]) -> dict[Path, BundleConfig]:
    """The configurations of a run's snapshots; skips damaged ones and those thinned out since."""
    found = {}
    for folder in snapshots_of(run)[-_MOST:]:
        check()
        config = known.get(folder)
        with suppress(UserError):
            config = config or read_config(folder)
        if config is not None and config.moment is not None:
            found[folder] = config
    return found


def _read(folder: Path, before: OpenBundle) -> OpenBundle | UserError:
    """Read the snapshot in a folder and lay out its map, which takes longer than a frame; or the error."""
    try:
        bundle = replace(open_bundle(folder), label=before.label)
        bundle = bundle if before.spec is None else bundle.with_chart(before.spec)
        _ = bundle.home
        return bundle
    except UserError as error:
        return error
