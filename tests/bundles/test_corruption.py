"""378 damaged bundles: each is refused with one clear error, never with another exception and never accepted."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from latent_explorer.bundles import (
    FORMAT,
    BundleConfig,
    DatasetRecord,
    Latents,
    Tiles,
    TrainingRecord,
    check_bundle,
    read_weights,
    save_bundle,
)
from latent_explorer.bundles.files import CONFIG, LATENTS, SEALED, TILES, WEIGHTS, sealed_config
from latent_explorer.errors import UserError
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_model, weights_of

SPEC = NetSpec(family="vae", trunk="residual", image_shape=(4, 4, 1), latent_dim=2, hidden=(6,), settings={"beta": 2.0})
COUNT, CLASSES = 9, ("zero", "one", "two")
FILES = (CONFIG, *SEALED, TILES)

Damage = Callable[[Path, np.random.Generator], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    draw = np.random.default_rng(0)
    latents = Latents(
        mean=draw.normal(size=(COUNT, 2)).astype(np.float32),
        log_variance=draw.normal(size=(COUNT, 2)).astype(np.float32),
        label=draw.integers(0, 3, COUNT),
        split=(np.arange(COUNT) % 2).astype(np.uint8),
        error=draw.random(COUNT).astype(np.float32),
    )
    config = BundleConfig(
        format=FORMAT,
        name="small",
        net=SPEC,
        dataset=DatasetRecord(name="dots", source="dots.npz", fingerprint="ab", count=COUNT, class_names=CLASSES),
        training=TrainingRecord(
            epochs=1, batch_size=2, learning_rate=0.1, seed=0, device="cpu", minutes=0.5, command="train"
        ),
        metrics={"mse": 0.1},
        versions={"torch": "2"},
        files={},
    )
    preview = b"\x89PNG\r\n\x1a\n and the rest"
    folder = tmp_path_factory.mktemp("sound") / "bundle"
    return save_bundle(folder, config, weights_of(build(SPEC)), latents, "# Card\n", preview, tiles=some_tiles(draw))


def some_tiles(draw: np.random.Generator) -> Tiles:
    return Tiles(
        places=np.array([(0, 0, 0), (1, -2, 0), (1, -2, 1)], np.int32),
        latents=draw.normal(size=(3, 2)).astype(np.float32),
        pictures=draw.integers(0, 256, (3, 64, 4, 4, 1), np.uint8),
    )


def load_whole(folder: Path) -> None:
    config = check_bundle(folder)
    load_model(config.net, read_weights(folder, config))


def truncate(path: Path, draw: np.random.Generator) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: draw.integers(len(content))])


def flip_bit(path: Path, draw: np.random.Generator) -> None:
    content = bytearray(path.read_bytes())
    content[draw.integers(len(content))] ^= 1 << int(draw.integers(8))
    path.write_bytes(content)


def swap(path: Path, draw: np.random.Generator) -> None:
    other = path.with_name(str(draw.choice([name for name in FILES if name != path.name])))
    kept = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def swap_tensors(path: Path, draw: np.random.Generator) -> None:
    kept = (path.parent / WEIGHTS).read_bytes()
    (path.parent / WEIGHTS).write_bytes((path.parent / LATENTS).read_bytes())
    (path.parent / LATENTS).write_bytes(kept)


def remove(path: Path, draw: np.random.Generator) -> None:
    path.unlink()


def change_shape(path: Path, draw: np.random.Generator) -> None:
    tensors, name = pick_tensor(path, draw)
    longer = np.concatenate([tensors[name], tensors[name][:1]])
    path.write_bytes(save(tensors | {name: longer if draw.integers(2) else tensors[name][None]}))


def change_type(path: Path, draw: np.random.Generator) -> None:
    tensors, name = pick_tensor(path, draw)
    path.write_bytes(save(tensors | {name: tensors[name].astype(np.float64)}))


def drop_tensor(path: Path, draw: np.random.Generator) -> None:
    tensors, name = pick_tensor(path, draw)
    if name == "log_variance":  # a bundle without one is sound
        name = "mean"
    path.write_bytes(save({other: array for other, array in tensors.items() if other != name}))


def put_nan(path: Path, draw: np.random.Generator) -> None:
    tensors, name = pick_tensor(path, draw)
    if tensors[name].dtype != np.float32:
        name = "mean" if "mean" in tensors else "latents"
    array = tensors[name].copy()
    array.flat[draw.integers(array.size)] = draw.choice([np.nan, np.inf, -np.inf])
    path.write_bytes(save(tensors | {name: array}))


def leave_range(path: Path, draw: np.random.Generator) -> None:
    tensors = load(path.read_bytes())
    name = str(draw.choice(["label", "split", "error"]))
    array = tensors[name].copy()
    array.flat[draw.integers(array.size)] = 77
    path.write_bytes(save(tensors | {name: array}))


def misplace(path: Path, draw: np.random.Generator) -> None:
    """Two tiles at one place, or one of a level that there cannot be."""
    tensors = load(path.read_bytes())
    places = tensors["places"].copy()
    if draw.integers(2):
        places[0] = places[2]
    else:
        places[draw.integers(3), 0] = draw.choice([-501, 501, 2**31 - 1, -(2**31)])
    path.write_bytes(save(tensors | {"places": places}))


def pick_tensor(path: Path, draw: np.random.Generator) -> tuple[dict[str, np.ndarray], str]:
    tensors = load(path.read_bytes())
    return tensors, str(draw.choice(sorted(tensors)))


def reseal(folder: Path) -> None:
    """Make every digest anew, as someone would who damages a bundle on purpose."""
    config = msgspec.json.decode((folder / CONFIG).read_bytes(), type=BundleConfig)
    contents = {name: (folder / name).read_bytes() for name in (*SEALED, TILES)}
    (folder / CONFIG).write_bytes(sealed_config(config, contents))


def lie(folder: Path, draw: np.random.Generator) -> None:
    """Change one value of the configuration and seal it anew."""
    lies: list[tuple[str, str, object]] = [
        ("net", "latent_dim", 3), ("net", "latent_dim", 10**12), ("net", "latent_dim", 0), ("net", "latent_dim", -2),
        ("net", "hidden", [7]), ("net", "hidden", [10**9]), ("net", "hidden", [6] * 999), ("net", "hidden", []),
        ("net", "family", "flow"), ("net", "family", "ae"), ("net", "trunk", "conv"), ("net", "trunk", ""),
        ("net", "image_shape", [4, 4, 3]), ("net", "image_shape", [10**6, 10**6, 1]), ("net", "image_shape", [4, 4, 2]),
        ("net", "image_shape", [5, 4, 1]), ("net", "image_shape", [4, 4]), ("net", "settings", {"beta": -1}),
        ("net", "settings", {"beta": "x"}),
        ("net", "settings", {"refinements": 10**9}), ("net", "settings", {"alpha": 1}), ("net", "classes", 3),
        ("net", "classes", 10**9),
        ("dataset", "count", 8), ("dataset", "count", 10**15), ("dataset", "count", 0),
        ("dataset", "class_names", ["a"]),
        ("dataset", "class_names", []), ("dataset", "name", None), ("training", "batch_size", 0),
        ("training", "learning_rate", -1), ("training", "epochs", 10**30),
    ]  # fmt: skip
    part, field, value = lies[draw.integers(len(lies))]
    document = msgspec.json.decode((folder / CONFIG).read_bytes())
    document[part][field] = value
    (folder / CONFIG).write_bytes(msgspec.json.encode(document))
    with contextlib.suppress(msgspec.ValidationError):  # a lie of the wrong type cannot be sealed and stays as it is
        reseal(folder)


def cases() -> Iterator[tuple[str, Damage | None, str, bool]]:
    """Kind, damage, file and whether the digests are made anew."""
    for name in FILES:
        yield from [
            ("stale", truncate, name, False),
            ("stale", flip_bit, name, False),
            ("stale", flip_bit, name, False),
        ]
        yield from [("stale", swap, name, False), ("stale", remove, name, False)]
    for name in (WEIGHTS, LATENTS):
        for damage in (truncate, swap_tensors, change_shape, change_type, drop_tensor, put_nan):
            yield ("resealed", damage, name, True)
    for damage in (truncate, change_shape, change_type, drop_tensor, put_nan, misplace, misplace, misplace):
        yield ("resealed", damage, TILES, True)
    yield from [("resealed", leave_range, LATENTS, True)] * 4
    yield from [("lie", None, CONFIG, True)] * 9


@pytest.mark.parametrize("seed", range(6))
def test_every_damaged_bundle_is_refused_with_one_clear_error(sound: Path, tmp_path: Path, seed: int) -> None:
    load_whole(sound)
    assert 6 * len(list(cases())) == 378
    for number, (kind, damage, name, resealed) in enumerate(cases()):
        draw = np.random.default_rng((seed, number))
        folder = Path(shutil.copytree(sound, tmp_path / f"{number}"))
        if damage is None:
            lie(folder, draw)
        else:
            damage(folder / name, draw)
            if resealed:
                reseal(folder)
        with pytest.raises(UserError) as refusal:
            load_whole(folder)
        message = str(refusal.value)
        assert "expected" in message or "do not fit" in message, (kind, damage, name)


def test_flipped_bits_that_were_resealed_are_refused_or_harmless(sound: Path, tmp_path: Path) -> None:
    """A flipped bit may leave a sound file (another finite weight); nothing but UserError may come of it."""
    accepted = 0
    for number in range(100):
        draw = np.random.default_rng(number)
        folder = Path(shutil.copytree(sound, tmp_path / f"{number}"))
        flip_bit(folder / (WEIGHTS, LATENTS, TILES)[number % 3], draw)
        reseal(folder)
        try:
            load_whole(folder)
            accepted += 1
        except UserError:
            pass
    assert 0 < accepted < 100


def test_a_file_larger_than_it_can_be_is_not_read(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "bundle"))
    for name, size in ((TILES, 1 << 40), (LATENTS, 1 << 40), (WEIGHTS, 1 << 40), (CONFIG, 1 << 40)):
        with (folder / name).open("r+b") as stream:
            stream.truncate(size)  # sparse: takes no room on the disk
        with pytest.raises(UserError, match=rf"{name}: expected at most \d+ bytes, found {size} bytes"):
            load_whole(folder)
        shutil.copy(sound / name, folder / name)


def test_a_file_of_one_number_is_refused(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "bundle"))
    tensors = load((folder / TILES).read_bytes())
    (folder / TILES).write_bytes(save(tensors | {"places": np.array(3, np.int32)}))
    reseal(folder)
    with pytest.raises(UserError, match=r"expected places as int32 \(1, 3\), found int32 \(\)"):
        load_whole(folder)


def test_tiles_that_nobody_has_vouched_for_are_refused(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "bundle"))
    contents = {name: (folder / name).read_bytes() for name in SEALED}
    config = msgspec.json.decode((folder / CONFIG).read_bytes(), type=BundleConfig)
    (folder / CONFIG).write_bytes(sealed_config(config, contents))
    with pytest.raises(UserError, match="expected its SHA-256"):
        load_whole(folder)
    (folder / TILES).unlink()
    load_whole(folder)
