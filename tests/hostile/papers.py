"""What lies beside bundles and lies: runs with their jobs, logs and states, kept sessions, settings."""

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import save_file

from latent_explorer.bundles import read_config
from latent_explorer.runs import Job, Recipe, RunFolder, keep_job
from latent_explorer.session import Pin, Route, open_bundle
from latent_explorer.session.alignment import AlignmentState
from latent_explorer.session.saved import SavedLayer, SavedMap, SavedSession, SavedView, write_session
from latent_explorer.session.saved_alignment import saved_alignment
from tests.hostile.making import CHANGES, Draw, change_values, replace_by_other_kind, spoil

NUMBERS = (
    "0", "-1", "1", "nan", "inf", "-inf", "1e400", "9" * 5000, "1e-320", "", "x", "\u0663", "1_000", " 7 ", "\0",
)  # fmt: skip
_HEAD = "epoch,step,train_loss,train_kl,test_loss,test_kl,images_per_second,learning_rate,prior"


def json_like(path: Path, content: object, draw: Draw) -> None:
    """An object written with other values; or as text that is none, has no end of brackets, or is too long."""
    change_values(content, draw)
    text = msgspec.json.encode(content)
    match draw.integers(24):
        case 0:
            text = b"[" * 200_000
        case 1:
            text = text[: draw.integers(len(text))]
        case 2:
            text = b"\xff\xfe" + text
        case 3:
            text = b'{"a":' * 5000 + b"1" + b"}" * 5000
        case 4:
            text = text + b" " * 2**21
    path.write_bytes(text)
    if draw.random() < 0.1:
        spoil(path, draw)
    elif draw.random() < 0.15:
        replace_by_other_kind(path, draw)


def log_like(path: Path, draw: Draw) -> None:
    """The CSV of a run in which some cells, rows and the heading are others."""
    head = _HEAD.split(",")
    if draw.random() < 0.3:
        head[draw.integers(len(head))] = str(draw.choice(["", "train_" + "n" * 9000, "epoch", "<b>", "test_\u202e"]))
    if draw.random() < 0.1:
        head += [f"train_{index}" for index in range(3000)]
    rows = [
        [str(epoch), str(10 * epoch), *(f"{value:.4g}" for value in draw.random(7) * 100)] for epoch in range(1, 30)
    ]
    for _ in range(draw.integers(1, 12)):
        row = rows[draw.integers(len(rows))]
        row[draw.integers(len(row))] = NUMBERS[draw.integers(len(NUMBERS))]
    if draw.random() < 0.3:
        rows[draw.integers(len(rows))] += ["1"] * 20
    lines = [",".join(row) for row in (head, *rows)]
    if draw.random() < 0.2:
        lines[draw.integers(len(lines))] = '"' + "x" * 200_000
    if draw.random() < 0.15:
        lines += lines[1:] * (2**24 // len("".join(lines)))
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    if draw.random() < 0.2:
        replace_by_other_kind(path, draw)


def state_like(path: Path, draw: Draw) -> None:
    """What a stopped run has kept, with something else in it."""
    progress: dict[str, object] = {"epoch": 3, "step": 30}
    change_values(progress, draw)
    save_file({"model/w": np.zeros(3, np.float32)}, path, {"progress": json.dumps(progress)})
    match draw.integers(4):
        case 0:
            spoil(path, draw)
        case 1:
            replace_by_other_kind(path, draw)
        case 2:
            size = int(draw.choice([0, 1, 2**20, 2**31, 2**63 - 1]))
            path.write_bytes(size.to_bytes(8, "little") + b"{" * 100)


def sound_run(bundle: Path, snapshots: list[Path]) -> RunFolder:
    """The run of a bundle with a job, and these snapshots."""
    job = Job("mnist", bundle, recipe=Recipe(epochs=30))
    job.run.path.mkdir()
    keep_job(job)
    job.run.snapshots.mkdir()
    for folder in snapshots:
        (job.run.snapshots / folder.name).symlink_to(folder)
    return job.run


def hostile_run(run: RunFolder, draw: Draw) -> None:
    """Each paper of a run as somebody who means harm would leave it; at least one of them is another."""
    job = msgspec.json.decode(run.job.read_bytes())
    for write in (
        lambda: json_like(run.job, job, draw),
        lambda: log_like(run.log, draw),
        lambda: state_like(run.state, draw),
        lambda: _hostile_snapshot(run, draw),
    ):
        if draw.random() < 0.6:
            write()


def _hostile_snapshot(run: RunFolder, draw: Draw) -> None:
    folders = sorted(run.snapshots.iterdir())
    if not folders:
        return
    link = folders[draw.integers(len(folders))]
    sound = link.resolve()
    link.unlink()
    shutil.copytree(sound, link)
    CHANGES[draw.integers(4)](link, draw)
    if draw.random() < 0.2:
        (run.snapshots / str(draw.choice(["9" * 200, "0", "\u0663", ".x", "x"]))).mkdir()


def hostile_session(path: Path, dimensions: int, draw: Draw) -> None:
    """Pins and a path of a bundle of so many dimensions, as they are kept, with something else in them."""
    pins = [{"name": f"Pin {index}", "z": draw.random(dimensions).tolist()} for index in range(3)]
    route = {"start": [0.0] * dimensions, "end": [1.0] * dimensions, "curve": "straight", "frames": 24}
    if draw.random() < 0.15:
        pins *= int(draw.choice([200, 20_000]))
    path.parent.mkdir(parents=True, exist_ok=True)
    json_like(path, {"pins": pins, "route": route}, draw)


def hostile_pair(path: Path, draw: Draw) -> None:
    """Anchors between two bundles, as they are kept, with something else in them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    json_like(path, {"anchors": draw.integers(0, 150, (9, 2)).tolist(), "translator": "ridge", "growth": "blind"}, draw)


def hostile_saved_session(folder: Path, bundle: Path, draw: Draw, *, linked: bool = False) -> Path:
    """A session as a person saves it, with something else in it or in its arrays; the path of its file.

    linked: whether it is of two maps that are.
    """
    config = read_config(bundle)
    chosen = draw.random(config.dataset.count) < 0.3
    one = SavedMap(
        path=str(bundle),
        name=bundle.name,
        seal=open_bundle(bundle).seal,
        dimensions=config.net.latent_dim,
        images=config.dataset.count,
        view=SavedView(0.1, 0.2, 40.0),
        size=(400, 300),
        layers=(SavedLayer("points"), SavedLayer("density", shown=True, opacity=0.5)),
        pins=tuple(Pin(f"Pin {index}", tuple(draw.random(config.net.latent_dim).tolist())) for index in range(3)),
        route=Route((0.0,) * config.net.latent_dim, (1.0,) * config.net.latent_dim, frames=24),
        selection="selection-1",
        hidden=(1,),
    )
    path = folder / "mine.latent.json"
    link, arrays = (None, {}) if not linked else saved_alignment(_anchors(config.dataset.count, draw))
    session = SavedSession(maps=(one, one) if linked else (one,), alignment=link)
    write_session(path, session, {"selection-1": chosen, **arrays})
    if draw.random() < 0.8:
        json_like(path, msgspec.json.decode(path.read_bytes()), draw)
    else:
        arrays = next(folder.glob("mine.*.safetensors"))
        spoil(arrays, draw) if draw.random() < 0.5 else replace_by_other_kind(arrays, draw)
    return path


def _anchors(images: int, draw: Draw) -> AlignmentState:
    """Few or many anchors, some of them of images that are not there, or that have one already."""
    count = 700 if draw.random() < 0.3 else 9
    anchors = draw.integers(0, images + 3, (count, 2)).tolist()
    return AlignmentState(tuple((source, target) for source, target in anchors), "affine")


def hostile_settings(path: Path, sound: bytes, draw: Draw) -> None:
    """Settings as a window has left them, with something else in them."""
    json_like(path, msgspec.json.decode(sound), draw)
    if draw.random() < 0.2 and path.is_file() and not path.is_symlink() and path.stat().st_size < 2**22:
        path.write_bytes(path.read_bytes().replace(b'"', b"'", 3))
