"""What is saved comes back as it was, whole or not at all."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.bundles import (
    FORMAT,
    BundleConfig,
    DatasetRecord,
    Latents,
    Tiles,
    TrainingRecord,
    add_tiles,
    check_bundle,
    read_config,
    read_latents,
    read_tiles,
    read_weights,
    save_bundle,
)
from latent_explorer.errors import BundleError, UserError
from latent_explorer.nets.spec import NetSpec

PREVIEW = b"\x89PNG\r\n\x1a\n and the rest"


def configuration(count: int = 4, dim: int = 2, classes: int = 3) -> BundleConfig:
    return BundleConfig(
        format=FORMAT,
        name="small",
        net=NetSpec(family="vae", trunk="dense", image_shape=(4, 4, 1), latent_dim=dim, hidden=(8,)),
        dataset=DatasetRecord(
            name="dots", source="dots.npz", fingerprint="ab", count=count, class_names=tuple("abcdefgh"[:classes])
        ),
        training=TrainingRecord(
            epochs=1, batch_size=2, learning_rate=0.1, seed=0, device="cpu", minutes=0.5, command="train"
        ),
        metrics={"negative_elbo": 1.5, "knn10_accuracy": None},
        versions={"torch": "2"},
        files={},
    )


def latents(count: int = 4, dim: int = 2, classes: int = 3, *, variance: bool = True, seed: int = 0) -> Latents:
    draw = np.random.default_rng(seed)
    return Latents(
        mean=draw.normal(size=(count, dim)).astype(np.float32),
        log_variance=draw.normal(size=(count, dim)).astype(np.float32) if variance else None,
        label=draw.integers(0, classes, count) if classes else None,
        split=draw.integers(0, 3, count).astype(np.uint8),
        error=draw.random(count).astype(np.float32),
    )


def save_small(folder: Path, *, overwrite: bool = False, name: str = "w") -> Path:
    weights = {name: np.ones((2, 3), np.float32)}
    return save_bundle(folder, configuration(), weights, latents(), "# Card", PREVIEW, overwrite=overwrite)


@settings(deadline=None)
@given(
    count=st.integers(1, 20),
    dim=st.integers(1, 5),
    classes=st.integers(0, 5),
    variance=st.booleans(),
    shapes=st.dictionaries(st.text(min_size=1, max_size=8), st.lists(st.integers(0, 4), max_size=3), max_size=4),
    half=st.booleans(),
    seed=st.integers(0, 99),
)
def test_everything_saved_comes_back(
    count: int, dim: int, classes: int, variance: bool, shapes: dict[str, list[int]], half: bool, seed: int
) -> None:
    shapes.pop("__metadata__", None)
    draw = np.random.default_rng(seed)
    precision = np.float16 if half else np.float32
    weights = {name: draw.normal(size=shape).astype(precision) for name, shape in shapes.items()}
    config, before = configuration(count, dim, classes), latents(count, dim, classes, variance=variance, seed=seed)
    with TemporaryDirectory() as scratch:
        folder = save_bundle(Path(scratch) / "deep" / "bundle", config, weights, before, "# Card", PREVIEW)
        assert check_bundle(folder).net == config.net
        after, loaded = read_latents(folder), read_weights(folder)
    for field in ("mean", "log_variance", "label", "split", "error"):
        np.testing.assert_array_equal(getattr(after, field), getattr(before, field))
    assert loaded.keys() == weights.keys()
    assert all(np.array_equal(loaded[name], weights[name]) and loaded[name].dtype == np.float32 for name in weights)


def test_a_bundle_is_overwritten_only_when_asked(tmp_path: Path) -> None:
    folder = save_small(tmp_path / "bundle", name="first")
    with pytest.raises(BundleError, match="already holds a bundle"):
        save_small(folder)
    assert list(read_weights(folder)) == ["first"]
    save_small(folder, overwrite=True, name="second")
    assert list(read_weights(folder)) == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BundleError, match="is not a bundle"):
        save_small(tmp_path, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path, value: float) -> None:
    weights = {"w": np.full(3, value, np.float32)}
    with pytest.raises(BundleError, match=r"not saved: .*bundle/weights\.safetensors: expected w within"):
        save_bundle(tmp_path / "bundle", configuration(), weights, latents(), "", PREVIEW)
    assert not list(tmp_path.iterdir())


def test_latents_of_another_dataset_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"expected mean as float32 .* \(4, 2\), found float32 \(5, 2\)"):
        save_bundle(tmp_path / "bundle", configuration(4), {}, latents(5), "", PREVIEW)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="a file stands where a folder is expected"):
        save_small(tmp_path / "file" / "bundle")


def test_saving_fills_in_a_digest_for_every_file(tmp_path: Path) -> None:
    folder = save_small(tmp_path / "bundle")
    assert sorted(read_config(folder).files) == sorted(path.name for path in folder.iterdir())


def test_reading_bundles_imports_neither_torch_nor_sklearn() -> None:
    check = "import sys, latent_explorer.bundles; assert not {'torch', 'sklearn', 'scipy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", check], check=True)


def tiles(count: int = 2, *, side: int = 4) -> Tiles:
    draw = np.random.default_rng(count)
    places = np.stack([np.arange(count), np.zeros(count), np.ones(count)], 1).astype(np.int32)
    pictures = draw.integers(0, 256, (count, 64, side, side, 1), np.uint8)
    return Tiles(places, draw.normal(size=(count, 2)).astype(np.float32), pictures)


def test_tiles_are_added_exchanged_and_change_nothing_else(tmp_path: Path) -> None:
    folder = save_small(tmp_path / "bundle")
    assert read_tiles(folder) is None
    before, others = read_config(folder), {path.name: path.read_bytes() for path in folder.iterdir()}
    for count in (2, 5):
        add_tiles(folder, tiles(count))
        found = read_tiles(folder)
        assert found is not None
        for name in ("places", "latents", "pictures"):
            np.testing.assert_array_equal(getattr(found, name), getattr(tiles(count), name))
    after = check_bundle(folder)
    del others["config.json"]
    assert all((folder / name).read_bytes() == content for name, content in others.items())
    assert (after.net, after.dataset, after.training, after.metrics) == (
        before.net, before.dataset, before.training, before.metrics,
    )  # fmt: skip


def test_tiles_that_do_not_fit_are_not_added(tmp_path: Path) -> None:
    folder = save_small(tmp_path / "bundle")
    with pytest.raises(BundleError, match=r"not saved: .*expected pictures \(2, 64, 4, 4, 1\)"):
        add_tiles(folder, tiles(side=5))
    assert read_tiles(folder) is None
    check_bundle(folder)
