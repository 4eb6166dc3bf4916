"""Every command on every hostile file ends with 0, or with 2 and one sentence; never with a traceback.

Nobody is called and nothing is read or written but what was named, and its memory does not grow.
"""

import gc
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from latent_explorer.cli.app import app
from latent_explorer.runs import RunFolder
from tests.hostile.audit import heard, resident_mib, tell, uninvited
from tests.hostile.datasets import hostile_dataset
from tests.hostile.making import Draw, hostile
from tests.hostile.papers import hostile_run, hostile_saved_session, sound_run

MakeCase = Callable[[Path, Draw, int], list[str]]

ON_A_BUNDLE = (
    ("evaluate", "{}"),
    ("decode", "--at", "0,0", "--model", "{}", "--out", "{}.png"),
    ("grid", "--model", "{}", "--columns", "2", "--rows", "2", "--out", "{}.grid.png"),
    ("export", "latents", "--model", "{}", "--out", "{}.npz"),
    ("export", "map", "--model", "{}", "--out", "{}.svg", "--width", "160"),
)


_NAME = "latent-explorer: "


class Cases:
    """Makes the case of a seed: files in a folder, and a command on them."""

    def __init__(self, bundles: tuple[Path, Path], snapshots: list[Path]) -> None:
        self._bundles, self._snapshots = bundles, snapshots
        self._kinds: list[tuple[MakeCase, int]] = [
            (self._bundle, 10),
            (self._encode, 6),
            (self._film, 2),
            (self._resume, 1),
            (self._train, 1),
            (self._merge, 1),
            (self._session, 2),
        ]

    def make(self, folder: Path, seed: int) -> list[str]:
        """The arguments; the files are in a folder that is not there yet."""
        folder.mkdir()
        draw = np.random.default_rng(seed)
        kinds = [kind for kind, weight in self._kinds for _ in range(weight)]
        return kinds[draw.integers(len(kinds))](folder, draw, seed)

    def _bundle(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        bundle = hostile(self._bundles[seed % 2], folder / "bundle", seed)
        return [part.format(bundle) for part in ON_A_BUNDLE[draw.integers(len(ON_A_BUNDLE))]]

    def _encode(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        data = hostile_dataset(folder / "data", draw)
        resize = ["--resize"] if draw.random() < 0.5 else []
        return ["encode", str(data), "--model", str(self._bundles[0]), "--out", str(folder / "out.npz"), *resize]

    def _train(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        data = hostile_dataset(folder / "data", draw)
        return ["train", "--dataset", str(data), "--out", str(folder / "new"), "--epochs", "1", "--hidden", "4"]

    def _run(self, folder: Path, draw: Draw) -> RunFolder:
        run = sound_run(folder / "mine", self._snapshots)
        hostile_run(run, draw)
        return run

    def _film(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        run = self._run(folder, draw)
        return ["film", str(run.path), "--out", str(folder / "film.gif"), "--width", "320", "--seconds", "2"]

    def _resume(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        run = self._run(folder, draw)
        data = hostile_dataset(folder / "data", draw)
        return ["train", "--dataset", str(data), "--out", str(run.bundle), "--resume", "--epochs", "30"]

    def _merge(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        bundle = hostile(self._bundles[seed % 2], folder / "parts", seed)
        (bundle / "latents.safetensors").replace(bundle / "latents-00000.safetensors") if draw.random() < 0.9 else None
        return ["merge", str(bundle), "--out", str(folder / "out.npz")]

    def _session(self, folder: Path, draw: Draw, seed: int) -> list[str]:
        kinds = ("picture", "png"), ("map", "svg"), ("grid", "png"), ("latents", "npz"), ("filmstrip", "png")
        what, suffix = kinds[draw.integers(len(kinds))]
        path = hostile_saved_session(folder, self._bundles[0], draw, linked=what == "filmstrip")
        return ["export", "--session", str(path), what, "--out", str(folder / f"out.{suffix}")]


@pytest.fixture(scope="session")
def cases(small_bundle: Path, wide_bundle: Path, snapshots: list[Path]) -> Cases:
    return Cases((small_bundle, wide_bundle), snapshots)


def complaint(arguments: list[str]) -> str:
    """What is wrong with how a command ended; empty where nothing is."""
    result = CliRunner().invoke(app, arguments)
    said = result.stderr
    if result.exit_code not in (0, 2) or "Traceback" in said or "fault of this program" in said:
        return f"{arguments} ended with {result.exit_code}: {said[-500:]} {result.exception!r}"
    *before, told = said.splitlines() or [""]  # above the sentence stand how far it came, and a note
    if result.exit_code == 2 and (not told.startswith(_NAME) or "\x1b" in told or len(told) > 2200):
        return f"{arguments} said {said[:300]!r}"
    if others := [line for line in before if line.startswith(_NAME) and "TensorBoard" not in line]:
        return f"{arguments} said more than one thing: {others}"
    return ""


def try_many(cases: Cases, folder: Path, seeds: range) -> list[str]:
    """What is wrong, with the seed of each."""
    found, sizes, begun = [], [], time.process_time()
    for seed in seeds:
        tell(f"{time.strftime('%T')} seed {seed}")
        arguments = cases.make(folder / f"{seed}", seed)
        if said := complaint(arguments):
            found.append(f"seed {seed}: {said}")
        shutil.rmtree(folder / f"{seed}")
        if seed % 25 == 24:
            gc.collect()
            sizes.append(resident_mib())
    if len(sizes) > 4 and sizes[-1] > 1.25 * sizes[2] + 64:
        found.append(f"memory grows: {[round(size) for size in sizes]} MiB")
    figures = f"{time.process_time() - begun:.0f} s of a processor, MiB {[round(size) for size in sizes]}"
    tell(f"{len(seeds)} cases, {len(found)} wrong, {figures}")
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and makes pipes")
@pytest.mark.parametrize(
    "seeds",
    [range(100), *(pytest.param(range(at, at + 250), marks=pytest.mark.slow) for at in range(1000, 2000, 250))],
    ids=lambda seeds: f"{seeds.start}-{seeds.stop}",
)
def test_each_ends_with_success_or_one_sentence(
    cases: Cases, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, seeds: range
) -> None:
    with heard() as lines:
        found = try_many(cases, tmp_path, seeds)
    assert not found, f"{len(found)} of {len(seeds)}:\n" + "\n".join(found[:20])
    assert not uninvited(lines, tmp_path_factory.getbasetemp())
