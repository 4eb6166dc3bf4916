"""A program of its own: trains, and is killed again and again, until as many kills are done as its arguments say.

A child is forked for each part of a run, so that torch is imported once. Before it trains, it is told after how many
calls of functions, or of those that touch files, it is to kill itself by SIGKILL, which no program can catch: so the
moments are drawn from a seed and do not depend on how busy the machine is. Prints a JSON object of what was seen.
"""

import csv
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch

from latent_explorer.bundles import check_bundle
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.state import load_state

RECIPE = Recipe(epochs=4, batch_size=8, corruption=0.1, augmentation=0.2, device="cpu", precision="float32")
_OF_FILES = {"write", "flush", "fsync", "chmod", "replace", "rename", "link", "unlink", "open", "mkdir", "close"}


class Calls:
    """Counts calls of Python functions and of built-in ones, all or those of files; calls `act` at a number of them."""

    def __init__(self, at: int, of_files: bool, act: Callable[[], None]) -> None:
        self.count, self._at, self._of_files, self._act = 0, at, of_files, act

    def __call__(self, frame: FrameType, event: str, what: Any) -> None:
        if self._of_files and (not event.startswith("c_") or what.__name__ not in _OF_FILES):
            return
        self.count += 1
        if self.count == self._at:
            self._act()


def train(job: Job, calls: Calls) -> int:
    sys.setprofile(calls)
    try:
        list(train_bundle(job))
    finally:
        sys.setprofile(None)
    return calls.count


def killed(job: Job, at: int, of_files: bool) -> bool:
    """Whether a child that trains was killed at a call, rather than ending before it."""
    child = os.fork()
    if child == 0:
        try:
            train(job, Calls(at, of_files, lambda: os.kill(os.getpid(), signal.SIGKILL)))
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"a child failed where it should have gone on: see above ({at}, {of_files})")
    return os.WIFSIGNALED(status)


def rows(job: Job) -> list[tuple[str, ...]]:
    """The logged rows without their speed, each of them whole."""
    if not job.run.log.exists():
        return []
    text = job.run.log.read_text()
    assert not text or text.endswith("\n"), text
    found = list(csv.reader(text.splitlines()))
    assert all(len(row) == len(found[0]) for row in found)
    return [tuple(row[:8] + row[9:]) for row in found]


def whole(job: Job) -> bool:
    """Raise where anything that a kill left is not whole; whether there is a state to go on from."""
    rows(job)
    if job.folder.exists():
        check_bundle(job.folder)
    if job.run.state.exists():
        load_state(job.run.state)
    return job.run.state.exists()


def results(job: Job) -> tuple[dict[str, float | None], bytes, bytes]:
    files = [(job.folder / name).read_bytes() for name in ("weights.safetensors", "latents.safetensors")]
    return check_bundle(job.folder).metrics, files[0], files[1]


def main(folder: Path, kills: int, seed: int) -> None:
    torch.set_num_threads(1)
    draw, images = np.random.default_rng(seed), folder / "images.npz"
    split = (np.arange(60) >= 40).astype(np.uint8)
    np.savez(images, images=draw.integers(0, 255, (60, 4, 4), dtype=np.uint8), split=split)
    job = Job(str(images), folder / "whole", latent_dim=3, hidden=(8,), recipe=RECIPE, overwrite=True)
    train(job, Calls(0, False, lambda: None))  # what is imported late is so now
    counts = {kind: train(job, Calls(0, kind, lambda: None)) for kind in (False, True)}
    done, runs, resumed, lost = 0, 0, 0, 0
    while done < kills:
        runs += 1
        part, alive = replace(job, folder=folder / f"run-{runs}"), True
        while alive:
            of_files = bool(draw.integers(2))
            alive = killed(part, int(draw.integers(1, counts[of_files] + 1)), of_files)
            done += alive
            part = replace(part, resume=whole(part))
            resumed += part.resume
            alive = alive and not (part.folder.exists() and not part.resume)  # killed after all was done
        assert results(part) == results(job), f"run {runs} ends otherwise than one that was never killed"
        missing = set(rows(job)) - set(rows(part))
        assert set(rows(part)) <= set(rows(job))
        assert all(row[5] for row in missing), "only the last report of an epoch may be missing from the log"
        lost += len(missing)
    left = [path.name for path in folder.glob("*.run/.state.safetensors.*")]
    print(json.dumps({"kills": done, "runs": runs, "resumed": resumed, "rows_lost": lost, "left": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
