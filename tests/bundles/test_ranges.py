"""Sealed but senseless: what is outside the ranges in which all else works is refused when it is read."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load, save

from latent_explorer.bundles import check_bundle, files, read_weights
from latent_explorer.bundles.config import BundleConfig
from latent_explorer.bundles.files import CONFIG, LATENTS, PREVIEW, SEALED, WEIGHTS
from latent_explorer.errors import BundleError, UserError
from latent_explorer.nets.weights import load_model

Change = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


@pytest.fixture
def copy(small_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_bundle, tmp_path / "bundle"))


def reseal(folder: Path, **changes: object) -> None:
    config = msgspec.json.decode((folder / CONFIG).read_bytes(), type=BundleConfig)
    contents = {name: (folder / name).read_bytes() for name in SEALED}
    (folder / CONFIG).write_bytes(files.sealed_config(msgspec.structs.replace(config, **changes), contents))


def load_whole(folder: Path) -> None:
    config = check_bundle(folder)
    load_model(config.net, read_weights(folder, config))


def with_mean(value: float) -> Change:
    def change(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        mean = arrays["mean"].copy()
        mean[-1, -1] = value
        return arrays | {"mean": mean}

    return change


def emptied(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array[:0] for name, array in arrays.items()} | {"index": np.zeros(0, np.int32)}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (with_mean(3e38), "mean within"),
        (with_mean(-1e19), "mean within"),
        (with_mean(np.nan), "mean within"),
        (emptied, "at least one latent"),
    ],
)
def test_latents_out_of_range_are_refused(copy: Path, change: Change, match: str) -> None:
    (copy / LATENTS).write_bytes(save(change(load((copy / LATENTS).read_bytes()))))
    reseal(copy)
    with pytest.raises(BundleError, match=match):
        load_whole(copy)


def test_an_index_is_within_the_dataset(copy: Path) -> None:
    arrays = load((copy / LATENTS).read_bytes())
    kept = {name: array[:2] for name, array in arrays.items()} | {"index": np.array([0, 10**8], np.int32)}
    (copy / LATENTS).write_bytes(save(kept))
    reseal(copy)
    with pytest.raises(BundleError, match="index within"):
        load_whole(copy)


@pytest.mark.parametrize("value", [3e38, -2e6, np.inf])
def test_weights_out_of_range_are_refused(copy: Path, value: float) -> None:
    weights = load((copy / WEIGHTS).read_bytes())
    name = sorted(weights)[0]
    weights[name] = np.full_like(weights[name], value)
    (copy / WEIGHTS).write_bytes(save(weights))
    reseal(copy)
    with pytest.raises(BundleError, match=f"{name} within"):
        load_whole(copy)


def test_a_network_whose_pictures_are_not_finite_is_refused(copy: Path) -> None:
    """Each weight is in range, and their products are not: ones of 1e6 in many wide layers, with both signs."""
    config = msgspec.json.decode((copy / CONFIG).read_bytes(), type=BundleConfig)
    net = msgspec.structs.replace(config.net, hidden=(16,) * 12)
    from latent_explorer.nets.weights import parameter_shapes

    draw = np.random.default_rng(0)
    weights = {
        name: (draw.choice([-1e6, 1e6], shape)).astype(np.float32) for name, shape in parameter_shapes(net).items()
    }
    (copy / WEIGHTS).write_bytes(save(weights))
    reseal(copy, net=net)
    with pytest.raises(BundleError, match="finite float32"):
        load_whole(copy)


@pytest.mark.parametrize(
    "turn", [(0.0, 0.0, 0.0, 0.0), (5e-324, 0.0, 0.0, 1.0), (1.0, 1.0, 0.0, 1.0), (0.5, 0.0, 0.0, 0.5)]
)
def test_a_turn_is_a_rotation(copy: Path, turn: tuple[float, ...]) -> None:
    reseal(copy, turn=turn)
    with pytest.raises(BundleError, match="rotation"):
        load_whole(copy)
    reseal(copy, turn=(0.6, -0.8, 0.8, 0.6))
    load_whole(copy)


@pytest.mark.parametrize(
    ("net", "match"),
    [
        ({"image_shape": (2048, 2048, 3)}, "at most"),
        ({"image_shape": (1024, 1024, 1), "hidden": (16384,)}, "net.hidden"),
        ({"image_shape": (28, 28, 2)}, "channels"),
    ],
)
def test_pictures_and_layers_have_limits(copy: Path, net: dict[str, object], match: str) -> None:
    config = msgspec.json.decode((copy / CONFIG).read_bytes(), type=BundleConfig)
    reseal(copy, net=msgspec.structs.replace(config.net, **net))
    with pytest.raises(BundleError, match=match):
        load_whole(copy)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def endless(path: Path) -> None:
    path.symlink_to("/proc/self/environ" if Path("/proc/self/environ").exists() else "/dev/zero")


def hanging(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def circle(path: Path) -> None:
    path.symlink_to(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)  # the name of a socket is short
        made.bind(path.name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
@pytest.mark.parametrize("name", [CONFIG, *SEALED])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, device, endless, hanging, circle, listening])
def test_what_is_no_ordinary_file_is_never_opened(
    copy: Path, name: str, make: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    (copy / name).unlink()
    make(copy / name)
    with pytest.raises(UserError, match=name):
        load_whole(copy)


def test_a_config_of_any_depth_is_refused(copy: Path) -> None:
    for content in (b"[" * 10**6, b'{"a":' * 10**5, b"\xff\xfe", b"", b"1" * 10**6, b'{"net": {}}'):
        (copy / CONFIG).write_bytes(content)
        with pytest.raises(BundleError):
            load_whole(copy)


def test_a_preview_is_a_png(copy: Path) -> None:
    (copy / PREVIEW).write_bytes(b"GIF89a")
    reseal(copy)
    with pytest.raises(BundleError, match="PNG"):
        load_whole(copy)
