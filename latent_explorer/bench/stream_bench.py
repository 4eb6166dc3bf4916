"""Encoding millions of images from disk, killed halfway, compared with a plain loop."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.bench import stream_baseline
from latent_explorer.errors import UserError
from latent_explorer.training.publishing.parts import read_parts
from latent_explorer.training.publishing.streaming import PART_IMAGES

_SIDE, _SPOTS = 28, 3
_SHARD = 100_000
_POLL = 0.02  # seconds
Figures = dict[str, float | None]


@dataclass(frozen=True)
class Ran:
    """The result of a program. peak: its peak memory in MiB, including mapped files; None if unknown."""

    out: str
    seconds: float
    peak: float | None


def measure_stream(bundle: Path, images: int = 5_000_000) -> Figures:
    """Encode that many synthetic images of 28 x 28 with the model in `bundle`, with the program's command.

    A call is killed when half of the parts are written, and a second one continues. images_per_second: over both calls,
    including their start. peak_mib: of both. kept_parts: found by the second call. plain: a loop over the same files
    into preallocated arrays, not killed, without its start. largest_difference: between the latents of both. Raises
    UserError if the disk has no room, or a call fails.
    """
    with tempfile.TemporaryDirectory(prefix="latent-explorer-stream-") as scratch:
        folder = Path(scratch)
        _check_room(folder, images)
        write_spots(folder / "images", images)
        figures, means = _encoded(folder, bundle, images)
        plain, plain_means = _plain(folder, bundle, images)
    difference = float(np.abs(means - plain_means).max())
    return {"images": images, **figures, **plain, "largest_difference": difference}


def write_spots(folder: Path, count: int) -> None:
    """Write a folder of arrays with `count` pictures of one to three soft spots, with their number as label."""
    folder.mkdir()
    size = min(_SHARD, -(-count // 10))
    for number, start in enumerate(range(0, count, size)):
        draw = np.random.default_rng(number)
        labels = draw.integers(0, _SPOTS, min(size, count - start))
        parts = np.array_split(labels, -(-len(labels) // 10_000))
        np.save(folder / f"images-{number:05}.npy", np.concatenate([_spots(part, draw) for part in parts]))
        np.save(folder / f"labels-{number:05}.npy", labels)


def watched(command: list[str], stop: Callable[[], bool] = lambda: False) -> Ran:
    """Run a program to its end, or kill it when `stop` returns true. Raises UserError if it fails."""
    begin, peak, killed = time.perf_counter(), None, False
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = _peak(process.pid) or peak
            if stop():
                process.kill()
                killed = True
                break
            time.sleep(_POLL)
        out, errors = process.communicate()
    if process.returncode and not killed:
        raise UserError(f"{' '.join(command[:4])} … failed: {errors.strip()[-500:]}")
    return Ran(out, time.perf_counter() - begin, peak)


def _check_room(folder: Path, images: int) -> None:
    needed, free = images * (_SIDE * _SIDE + 64) * 1.02, shutil.disk_usage(folder).free
    if free < needed:
        raise UserError(
            f"{folder.parent}: expected {needed / 2**30:.1f} GiB for {images:,} images, found {free / 2**30:.1f}; make "
            "room, name another folder in TMPDIR, or ask for fewer with --images"
        )


def _spots(labels: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.uint8]:
    """Pictures uint8 (k, 28, 28) with one spot more than the label."""
    grid = np.arange(_SIDE, dtype=np.float32)
    width = draw.uniform(1.5, 4, (len(labels), _SPOTS, 1)).astype(np.float32)
    rows, columns = (
        np.exp(-np.square((grid - draw.uniform(4, 24, (len(labels), _SPOTS, 1)).astype(np.float32)) / width))
        for _ in range(2)
    )
    rows *= (np.arange(_SPOTS) <= labels[:, None])[..., None]
    pictures: NDArray[np.uint8] = np.minimum(255 * (rows.swapaxes(1, 2) @ columns), 255).astype(np.uint8)
    return pictures


def _encoded(folder: Path, bundle: Path, images: int) -> tuple[Figures, NDArray[np.float32]]:
    """The figures of the program's command, and the means that it wrote."""
    parts = folder / "latents"
    command = [sys.executable, "-m", "latent_explorer", "encode", str(folder / "images"), "--model", str(bundle)]
    command += ["--out", str(parts), "--device", "cpu", "--json"]
    half = max(1, images // PART_IMAGES // 2)
    killed = watched(command, lambda: len(list(parts.glob("latents-*"))) >= half)
    resumed = watched(command)
    told = msgspec.json.decode(resumed.out)
    peaks = [each.peak for each in (killed, resumed) if each.peak is not None]
    figures: Figures = {
        "images_per_second": images / (killed.seconds + resumed.seconds),
        "seconds": killed.seconds + resumed.seconds,
        "peak_mib": max(peaks, default=None),
        "parts": told["parts"],
        "kept_parts": told["kept"],
    }
    return figures, read_parts(parts)[1].mean


def _plain(folder: Path, bundle: Path, images: int) -> tuple[Figures, NDArray[np.float32]]:
    """The figures of the baseline, and its means."""
    out = folder / "plain.npy"
    ran = watched([sys.executable, "-m", stream_baseline.__name__, str(folder / "images"), str(bundle), str(out)])
    seconds = float(ran.out)
    figures: Figures = {
        "plain_images_per_second": images / seconds,
        "plain_seconds": seconds,
        "plain_peak_mib": ran.peak,
    }
    return figures, np.load(out)


def _peak(process: int) -> float | None:
    """The peak memory of a process so far in MiB; None if the system does not report it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else None
