"""A window on a model in this process: started as a child, served by a thread, queried by the caller."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.bundles.files import CONFIG
from latent_explorer.display import display_problem
from latent_explorer.engine.caller import (
    CALLER,
    SCRATCH,
    CallerChannel,
    CloseWindow,
    Drawn,
    Pinned,
    Probed,
    Selected,
    ShowBundle,
    Word,
)
from latent_explorer.engine.loop import serve
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.originals import OriginalImages, find_originals
from latent_explorer.errors import UserError
from latent_explorer.exploring.given_data import given_images, given_labels, given_latents
from latent_explorer.exploring.temporary_bundle import Explored, judged, write_explored
from latent_explorer.nets.model import LatentModel
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Message, path_to_text
from latent_explorer.service.server import QueueChannel, Server, channel_of

_log = logging.getLogger(__name__)
WINDOW = ("-m", "latent_explorer.gui.explored")
"""The code that Python runs as the window."""
_PACKAGES = Path(__file__).resolve().parents[2]  # where this package is found
_PATIENCE = 10.0  # seconds that a window may take to close, or to open first


class Exploration:
    """A window on a model that stays in this process; made by `latent_explorer.explore`.

    What a person does in the window is available here a moment later, as arrays in the shapes of the input; after the
    window is closed, the last values. All properties may be read in any thread, and never wait for the window.
    """

    def __init__(self, explored: Explored, charts: Sequence[str] = ()) -> None:
        if problem := display_problem():
            raise UserError(
                f"there is no display to open the window on: {problem}. It opens on the machine that runs this Python"
            )
        self._explored = explored
        self._known: dict[str, Explored] = {}
        self._folders: list[Path] = []
        self._scratch = tempfile.TemporaryDirectory(prefix=SCRATCH)
        self._selection = np.zeros(0, np.int64)
        self._probe: NDArray[np.float32] | None = None
        self._pin_names: tuple[str, ...] = ()
        self._pins = self._path = np.zeros((0, explored.flat.shape[1]), np.float32)
        self._opened, self._last_words = threading.Event(), ""
        self._ended = threading.Event()  # a thread that is joined counts as ended after Ctrl-C, though it goes on
        self._error: BaseException | None = None
        folder = self._write(explored)
        self._process = _start(folder, charts)
        self._begin_serving()
        self._await_window()

    # -- what a person has made of the map

    @property
    def selection(self) -> NDArray[np.int64]:
        """The numbers of the selected latents, int64 (k,), ascending."""
        return self._selection.copy()

    @property
    def probe(self) -> NDArray[np.float32] | None:
        """The latent that the inspector shows, in the shape of your latents; None before there is one."""
        return None if self._probe is None else self._probe.reshape(self._shape).copy()

    @property
    def pins(self) -> NDArray[np.float32]:
        """The pinned latents (k, ...)."""
        return self._pins.reshape(-1, *self._shape).copy()

    @property
    def pin_names(self) -> tuple[str, ...]:
        """A name for each pin."""
        return self._pin_names

    @property
    def path(self) -> NDArray[np.float32]:
        """The latents (k, ...) along the path, one for each frame; empty if no path is drawn."""
        return self._path.reshape(-1, *self._shape).copy()

    @property
    def error(self) -> BaseException | None:
        """The last exception of your decoder or encoder, with its traceback; None for none."""
        return self._error

    @property
    def latents(self) -> NDArray[np.float32]:
        """The displayed latents (n, ...)."""
        return self._explored.z

    @property
    def _shape(self) -> tuple[int, ...]:
        return self._explored.model.decoder.latent_shape

    # -- what the caller does

    def show(self, latents: Any, *, images: Any = None, labels: Any = None, class_names: Any = None) -> None:
        """Show other latents (n, ...) of the same model, such as the next epoch's.

        If their number is the same, images, labels, pins, path, selection and view stay, and the points move.
        images, labels, class_names: as for `explore`. Raises UserError if they do not fit, or the window is closed.
        """
        if self.closed:
            raise UserError("the window is closed: call explore again")
        before, z = self._explored, given_latents(latents)
        if z.shape[1:] != self._shape:
            raise UserError(f"latents: expected the shape (n, {_listed(self._shape)}), found {z.shape}")
        same = len(z) == len(before.z)
        form = before.model.decoder.form
        pictures = before.images if same else None
        if images is not None:
            pictures = given_images(images, form.span, form.shape)
            if len(pictures) != len(z):
                raise UserError(f"images: expected one for each of {len(z):,} latents, found {len(pictures):,}")
        label, names = (before.label, before.class_names) if same else (None, ())
        if labels is not None:
            label, names = given_labels(labels, class_names, len(z))
        error = None if pictures is None else judged(before.model, pictures, z)
        shown = replace(before, z=z, images=pictures, label=label, class_names=names, error=error, _datasets={})
        shown = shown.beside(before)
        folder = self._write(shown)
        self._explored = shown
        self._selection = self._selection if same else np.zeros(0, np.int64)
        self._server.send(ShowBundle(path_to_text(folder)))

    def close(self) -> None:
        """Close the window, and wait until it is closed; may be called twice."""
        threading.Thread(target=lambda: self._server.send(CloseWindow()), daemon=True).start()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if threading.current_thread() is not self._thread:
            self._ended.wait(_PATIENCE)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the window is closed, for at most `timeout` seconds; returns whether it is."""
        return self._ended.wait(timeout)

    @property
    def closed(self) -> bool:
        """Whether the window is closed."""
        return self._ended.is_set()

    @property
    def folder(self) -> Path:
        """The folder of the bundle that the window opens; removed when the window is closed."""
        return Path(self._scratch.name)

    @property
    def pid(self) -> int:
        """The id of the window's process."""
        return self._process.pid

    def __enter__(self) -> "Exploration":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        z = self._explored.z
        parts = [f"{len(z):,} latents ({_listed(self._shape)})", "window closed" if self.closed else "window open"]
        parts += [f"{len(self._selection):,} selected"] if len(self._selection) else []
        parts += [f"{len(self._pins)} pinned"] if len(self._pins) else []
        parts += [f"a path of {len(self._path)} frames"] if len(self._path) else []
        parts += [f"the last error {type(self._error).__name__}, see .error"] if self._error is not None else []
        return f"<Exploration of {self._explored.name}: {', '.join(parts)}>"

    # -- the engine

    def _write(self, explored: Explored) -> Path:
        folder = Path(self._scratch.name, str(len(self._folders)), explored.name)
        write_explored(explored, folder)
        self._known[read_config(folder).files[CONFIG]] = explored
        self._folders.append(folder)
        return folder

    def _begin_serving(self) -> None:
        requests, replies = cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin)
        self._server: Server[Message, Message] = Server(CALLER, replies, lambda: None, requests)
        threading.Thread(target=self._hear, name="window's complaints", daemon=True).start()
        self._thread = threading.Thread(target=self._serve, name="latent explorer", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        """Act as the window's engine until it is closed."""
        try:
            channel = channel_of(self._server)
            if isinstance(channel, QueueChannel):
                self._server.at_end = channel.end
            served = CallerChannel(channel, self._take)
            serve(served, ModelService(served.wake, load=self._load, find=self._find), abandon=True)
        except Exception:
            _log.exception("the window of %s is served no more", self._explored.name)
        finally:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):  # what was not yet sent has nowhere to go
                    cast(BinaryIO, pipe).close()
            self._process.wait()
            self._scratch.cleanup()
            self._ended.set()

    def _load(self, folder: Path, config: BundleConfig) -> LatentModel:
        """The model that the window has opened; any other than the caller's is loaded normally."""
        explored = self._known.get(config.files[CONFIG])
        if explored is None:
            return load_bundle_model(folder, config)
        self._opened.set()
        shown = self._folders.index(folder) if folder in self._folders else 0
        for older in self._folders[: max(shown - 1, 0)]:  # the one before stays open where this is refused
            shutil.rmtree(older.parent, ignore_errors=True)
        return explored.model.foreign(config.net, self._note)

    def _note(self, error: UserError) -> None:
        self._error = error.__cause__ or error

    def _find(self, config: BundleConfig, known: OriginalImages | None = None) -> OriginalImages:
        """The images of what the window has opened, in memory; of any other bundle, normally."""
        explored = self._known.get(config.files[CONFIG])
        if explored is None:
            return find_originals(config, known)
        if explored.dataset is None:
            return OriginalImages(None, "explore was given no images: pass images=")
        return OriginalImages(explored.dataset.images)

    def _take(self, word: Word) -> None:
        """Store what a person has done, in the serving thread."""
        match word:
            case Selected():
                self._selection = word.indices
            case Probed():
                self._probe = word.z if word.z.size else None
            case Pinned():
                self._pin_names, self._pins = word.names, word.z
            case Drawn():
                self._path = word.z

    def _hear(self) -> None:
        """Keep the window's last line of standard error."""
        for line in cast(BinaryIO, self._process.stderr):
            self._last_words = line.decode(errors="replace").strip() or self._last_words

    def _await_window(self) -> None:
        """Wait until the window has asked for its model, so that errors on opening can be reported."""
        try:
            while not self._opened.wait(0.02):
                if self.closed:
                    raise UserError(f"the window did not open: {self._last_words or 'its process ended'}")
        except BaseException:
            self._process.kill()
            raise


def _start(folder: Path, charts: Sequence[str]) -> "subprocess.Popen[bytes]":
    """The window's process, in a separate session: Ctrl-C here, or in a notebook, is not meant for it."""
    path = os.pathsep.join([str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
    # nor does it import what lies beside a notebook
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    pipe = subprocess.PIPE
    command = [sys.executable, *WINDOW, str(folder), *charts]
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, creationflags=group, start_new_session=True
    )


def _listed(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
