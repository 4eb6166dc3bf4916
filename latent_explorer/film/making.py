"""From a run's snapshots to the file of a film."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import palette_called
from latent_explorer.errors import BundleError, Cancelled, TrainingError, UserError
from latent_explorer.export import Options, Provenance, find_format
from latent_explorer.film.scene import FilmScene
from latent_explorer.film.shots import Shot, read_shots, run_at
from latent_explorer.palette import DARK, LIGHT
from latent_explorer.runs import snapshots_of
from latent_explorer.runs.protocol import MakeFilm, Progress
from latent_explorer.targets import check_target, shown

Say = Callable[[Progress], object]

_FRAME_SECONDS = {"gif": 0.08, "webp": 0.04, "mp4": 0.04}
_WIDTHS, _SECONDS = (320, 1920), (2.0, 120.0)


def make_film(request: MakeFilm, say: Say, token: Event | None = None) -> Path:
    """Make the requested film, reporting progress, and return its file.

    request.run: the run's folder, or that of its bundle. A damaged snapshot is left out, and `say` gets a Progress
    without a total. Raises Cancelled soon after `token` is set, and UserError if there are fewer than two snapshots,
    the format is unknown, or the file cannot be written: then nothing is left behind.
    """
    token = token or Event()
    known = find_format("film", request.file)
    _check(request)
    palette_called(request.palette)
    shots = _read(request, say, token)
    seconds = _FRAME_SECONDS[known.key]
    times = np.linspace(0, request.seconds, max(2, round(request.seconds / seconds)))
    frames = _Frames(
        FilmScene.of(
            shots, request.width, times, DARK if request.dark else LIGHT, request.palette, shapes=request.shapes
        ),
        say,
        token,
    )
    options = Options(seconds=seconds, lossless=False)
    whence = f"{len(shots)} snapshots of a training run, at the steps {', '.join(str(s.moment.step) for s in shots)}"
    source = Provenance(shots[-1].config.name, extra={"film": whence})
    return known.write(request.file, frames, options, provenance=source, overwrite=request.overwrite)


@dataclass(eq=False)
class _Frames:
    """The frames of a scene, painted on demand: see `export.pixels.Frames`."""

    scene: FilmScene
    say: Say
    token: Event
    done: int = 0

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, ...]:
        width, height = self.scene.size
        return len(self.scene.frames), height, width, 3

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        if self.token.is_set():
            raise Cancelled
        if index == self.done:  # a GIF looks at some frames ahead
            self.done += 1
            self.say(Progress(doing="drawing the film", done=self.done, total=self.shape[0]))
        return self.scene.painted(index)


def _check(request: MakeFilm) -> None:
    """Refuse what can be refused before long work begins."""
    for what, value, (least, most) in (
        ("a width in pixels", request.width, _WIDTHS),
        ("a length in seconds", request.seconds, _SECONDS),
    ):
        if not least <= value <= most:
            raise UserError(f"expected {what} of {least:g} to {most:g}, found {value:g}")
    if check_target(request.file).exists() and not request.overwrite:
        raise UserError(f"{shown(request.file)} already exists; choose another name or allow it to be overwritten")


def _read(request: MakeFilm, say: Say, token: Event) -> list[Shot]:
    run = run_at(request.run)
    folders, shots = snapshots_of(run), []
    for number, found in enumerate(read_shots(folders)):
        if token.is_set():
            raise Cancelled
        if isinstance(found, BundleError):
            say(Progress(doing=f"left out: {found}"))
        else:
            shots.append(found)
        say(Progress(doing="reading the snapshots", done=number + 1, total=len(folders)))
    if len(shots) < 2:
        raise TrainingError(
            f"{run.snapshots}: expected at least two snapshots that can be read, found {len(shots) or 'none'}; "
            "a film shows what changes from one to the next"
        )
    return shots
