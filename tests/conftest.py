"""What holds for every test: no window on the person's screen, none of the person's own files, no clock.

And what tests of several rooms share: small bundles made on the spot, and packages that add something.
"""

import io
import itertools
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from latent_explorer import plugins
from latent_explorer.bundles import (
    FORMAT,
    BundleConfig,
    DatasetRecord,
    Latents,
    Moment,
    TrainingRecord,
    read_config,
    read_latents,
    read_weights,
    save_bundle,
    save_snapshot,
)
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.nets.spec import NetSpec
from latent_explorer.places import chart_folder

MakeBundle = Callable[..., Path]

OWN_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
CACHE = "XDG_CACHE_HOME"

_LONG = 30  # CPU seconds of a file that is marked so and does not say

_numbers = itertools.count()

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A loaded machine must not fail a test: no deadline. In CI the examples are the same at every run.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long are begun first, then those of many tests: else one process is left with them at the end."""
    counts = Counter(item.path for item in items)
    marks = {item.path: mark for item in items if (mark := item.get_closest_marker("long"))}
    seconds = {path: mark.args[0] if mark.args else _LONG for path, mark in marks.items()}
    items.sort(key=lambda item: (-seconds.get(item.path, 0), -counts[item.path]))


@pytest.fixture(scope="session", autouse=True)
def _folders_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings, data and logs of the program under test, and of programs it starts, go to a folder of the run."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in (*OWN_FOLDERS, CACHE):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield


@pytest.fixture(autouse=True)
def _folders_of_the_test(_folders_of_the_run: None) -> Iterator[None]:
    """No test finds what another has trained, chosen, logged or fitted, in whatever order they run.

    Caches are of the run, because an engine that several tests share looks there; the charts in them are removed.
    """
    number = next(_numbers)
    with pytest.MonkeyPatch.context() as patch:
        for variable in OWN_FOLDERS:
            patch.setenv(variable, str(Path(os.environ[variable]) / f"{number}"))  # made by whoever needs it
        yield
    for kept in chart_folder().glob("*"):
        kept.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def make_bundle(tmp_path_factory: pytest.TempPathFactory) -> MakeBundle:
    """Makes a small bundle of an untrained network, with a dataset that can be opened again."""

    def make(name: str, *, latent_dim: int = 2, shape: tuple[int, int, int] = (8, 8, 1), count: int = 120) -> Path:
        folder = tmp_path_factory.mktemp(name)
        spec = NetSpec(family="ae", trunk="dense", image_shape=shape, latent_dim=latent_dim, hidden=(16,))
        dataset = _three_greys(folder / "images.npz", shape, count)
        latents = _three_clouds(dataset, latent_dim)
        config = _config(name, spec, dataset, str(folder / "images.npz"))
        return save_bundle(folder / name, config, _lively_weights(spec), latents, "# A small bundle\n", _png())

    return make


@pytest.fixture(scope="session")
def small_bundle(make_bundle: MakeBundle) -> Path:
    """A bundle of 8x8 grey pictures, two latent dimensions, three classes."""
    return make_bundle("small")


@pytest.fixture(scope="session")
def wide_bundle(make_bundle: MakeBundle) -> Path:
    """A bundle of 6x10 colour pictures and five latent dimensions."""
    return make_bundle("wide", latent_dim=5, shape=(6, 10, 3))


@pytest.fixture(scope="session")
def snapshots(small_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three snapshots of a run, of the small bundle's images."""
    config, weights, latents = read_config(small_bundle), read_weights(small_bundle), read_latents(small_bundle)
    folder, found = tmp_path_factory.mktemp("snapshots"), []
    for step in range(3):
        moment = Moment(epoch=step, step=step, losses={"loss": 9.0 - step})
        shown = msgspec.structs.replace(config, moment=moment, turn=(1.0, 0.0, 0.0, 1.0))
        kept = replace(latents, log_variance=None, index=np.arange(len(latents)))
        found.append(save_snapshot(folder / f"{step:08}", shown, weights, kept))
    return found


@pytest.fixture(scope="session")
def bars() -> Dataset:
    """120 pictures of 6x6 with one bright row or column each, and a little noise: two classes."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 30, (120, 6, 6, 1), dtype=np.uint8)
    labels = np.arange(120, dtype=np.int64) % 2
    for image, label, place in zip(images, labels, draw.integers(0, 6, 120), strict=True):
        image[(place, slice(None)) if label else (slice(None), place)] = 250
    split = (np.arange(120) >= 90).astype(np.uint8)
    return Dataset("bars", images, labels, ("column", "row"), split)


@pytest.fixture
def filmed_run(tmp_path: Path) -> Path:
    """The folder of a run with four snapshots of an untrained network: 200 points in three classes drift apart."""
    spec = NetSpec(family="ae", trunk="dense", image_shape=(8, 8, 1), latent_dim=2, hidden=(16,))
    dataset = _three_greys(tmp_path / "images.npz", (8, 8, 1), 300)
    config, weights, kept = _config("drifting", spec, dataset, "images.npz"), _lively_weights(spec), np.arange(200)
    clouds = _three_clouds(dataset, 2)
    for epoch in range(4):
        means = clouds.mean[:200] * (1, 0.2 + epoch)
        latents = Latents(
            means.astype(np.float32), None, clouds.label[:200], clouds.split[:200], clouds.error[:200], kept
        )
        moment = Moment(epoch=epoch, step=10 * epoch, losses={"loss": 90.0 / epoch} if epoch else {})
        folder = tmp_path / "drifting.run" / "snapshots" / f"{moment.step:08}"
        save_snapshot(folder, msgspec.structs.replace(config, moment=moment), weights, latents)
    return tmp_path / "drifting.run"


@pytest.fixture
def engines_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hidden window draws once more is decoded by an engine in a thread, where torch is loaded already.

    Loops are compiled beforehand: meanwhile numba puts another sys.stdout in the place of whichever there is.
    """
    from latent_explorer.engine.process import ThreadEngine
    from latent_explorer.gui.sessions import replaying
    from latent_explorer.points.splat import wait_for_compiled

    wait_for_compiled()
    monkeypatch.setattr(replaying, "START", ThreadEngine)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Installs a package of one module with entry points; what it adds is forgotten after the test."""
    from latent_explorer.charts import CHARTS
    from latent_explorer.data.named import DATASETS
    from latent_explorer.fields import FIELDS
    from latent_explorer.nets.families import FAMILIES

    site = tmp_path / "site"
    for registry in (CHARTS, FIELDS, FAMILIES, DATASETS):
        monkeypatch.setattr(registry, "_things", dict(registry._things))
    monkeypatch.setattr(plugins, "_loaded", {})
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")

    def install(name: str, code: str, **entries: str) -> Path:
        info = site / f"{name}-1.2.dist-info"
        info.mkdir(parents=True)
        monkeypatch.delitem(sys.modules, name, raising=False)  # of another test
        (site / f"{name}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        lines = (f"[latent_explorer.{group}]\n{entry}\n" for group, entry in entries.items())
        (info / "entry_points.txt").write_text("\n".join(lines))
        plugins._any_offered.cache_clear()
        plugins._loaded.clear()  # it is looked for anew
        return site

    yield install
    plugins._any_offered.cache_clear()


def _three_greys(file: Path, shape: tuple[int, int, int], count: int) -> Dataset:
    labels = np.arange(count) % 3
    noise = np.random.default_rng(1).integers(0, 80, (count, *shape))
    np.savez(file, images=(noise + 60 * labels[:, None, None, None]).astype(np.uint8), labels=labels)
    return open_dataset(str(file))


def _three_clouds(dataset: Dataset, latent_dim: int) -> Latents:
    means = np.random.default_rng(2).standard_normal((len(dataset), latent_dim)).astype(np.float32)
    means[:, 0] += 4 * (np.arange(len(dataset)) % 3 - 1)
    errors = np.linspace(0.01, 0.05, len(dataset), dtype=np.float32)
    return Latents(means, None, dataset.labels, dataset.split, errors)


def _config(name: str, spec: NetSpec, dataset: Dataset, source: str) -> BundleConfig:
    record = DatasetRecord(
        name="small",
        source=source,
        fingerprint=dataset.fingerprint,
        count=len(dataset),
        class_names=dataset.class_names,
    )
    training = TrainingRecord(
        epochs=0, batch_size=1, learning_rate=0.1, seed=0, device="cpu", minutes=0.0, command="none"
    )
    return BundleConfig(
        format=FORMAT, name=name, net=spec, dataset=record, training=training, metrics={}, versions={}, files={}
    )


def _lively_weights(spec: NetSpec) -> dict[str, np.ndarray]:
    import torch

    from latent_explorer.nets.registry import build
    from latent_explorer.nets.weights import weights_of

    torch.manual_seed(0)
    weights = weights_of(build(spec))
    # an untrained network's pictures differ too little to be told apart
    return {name: array * 4 if name.startswith("decoder") else array for name, array in weights.items()}


def _png() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (4, 4)).save(stream, "PNG")
    return stream.getvalue()
