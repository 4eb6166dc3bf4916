"""Encoding part by part: whatever happens on the way, it is what encoding at once gives."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.bundles import BundleConfig, read_config, read_weights
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.errors import DataError, UserError
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model
from latent_explorer.training.evaluate import encode_dataset
from latent_explorer.training.publishing import streaming
from latent_explorer.training.publishing.parts import part_path, read_part, read_parts
from latent_explorer.training.publishing.streaming import Encoded, encode_parts, part_size, parts_of

CPU = torch.device("cpu")


@pytest.fixture
def config(small_bundle: Path) -> BundleConfig:
    return read_config(small_bundle)


@pytest.fixture
def model(small_bundle: Path, config: BundleConfig) -> LatentModel:
    return load_model(config.net, read_weights(small_bundle, config))


@pytest.fixture
def dataset(config: BundleConfig, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """120 images, in parts of 32."""
    monkeypatch.setattr(streaming, "PART_IMAGES", 32)
    return open_dataset(config.dataset.source)


@pytest.fixture
def encode(model: LatentModel, config: BundleConfig, dataset: Dataset, tmp_path: Path):
    """Encodes the dataset, or another, into a folder."""

    def run(folder: Path = tmp_path, other: Dataset | None = None, **options) -> Iterator[Encoded]:
        return encode_parts(model, config, other or dataset, folder, CPU, **options)

    return run


def test_the_parts_together_are_the_whole(encode, model, dataset, tmp_path):
    told = list(encode())
    assert [(each.parts, each.images) for each in told] == [(1, 32), (2, 64), (3, 96), (4, 120)]
    assert all((each.all_parts, each.all_images, each.kept) == (4, 120, 0) for each in told)
    assert told[-1].seconds_left == 0
    record, latents = read_parts(tmp_path)
    assert (record.model, record.class_names, record.count) == ("small", dataset.class_names, 120)
    whole = encode_dataset(model, dataset, CPU)
    assert latents.log_variance is None
    np.testing.assert_array_equal(latents.label, whole.label)
    np.testing.assert_array_equal(latents.split, whole.split)
    np.testing.assert_allclose(latents.mean, whole.mean, atol=1e-5)
    np.testing.assert_allclose(latents.error, whole.error, atol=1e-5)


def test_what_was_done_before_a_stop_is_kept(encode, tmp_path):
    steps = encode()
    next(steps), next(steps)
    steps.close()
    before = [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())]
    assert len(before) == 2
    assert [each.kept for each in encode()] == [1, 2, 2, 2]
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())][:2] == before
    assert len(read_parts(tmp_path)[1]) == 120


def test_several_share_the_work(encode, dataset, tmp_path):
    for shard in (2, 3, 1):
        with pytest.raises(DataError, match=r"found none|gap|like"):
            read_parts(tmp_path)
        list(encode(numbers=parts_of(dataset, shard, 3)))
    assert len(read_parts(tmp_path)[1]) == 120


@given(st.integers(1, 10**7), st.integers(1, 40))
def test_every_part_falls_to_one(count, shards):
    class Sized(Dataset):
        def __post_init__(self):
            pass

        def __len__(self):
            return count

    dataset = Sized("", np.zeros((1, 28, 28, 1), np.uint8), None, (), np.zeros(1, np.uint8))
    fallen = sorted(number for shard in range(1, shards + 1) for number in parts_of(dataset, shard, shards))
    assert fallen == list(range(-(-count // streaming.PART_IMAGES)))


def test_parts_of_large_images_are_of_fewer(dataset):
    large = replace(dataset, images=np.zeros((120, 4000, 4000, 1), np.uint8))
    assert (part_size(dataset), part_size(large)) == (32, 16)


def test_a_missing_part_is_named(encode, tmp_path):
    list(encode())
    part_path(tmp_path, 1).unlink()
    with pytest.raises(DataError, match=r"00002.*expected the images from 32 on, found a gap up to 64"):
        read_parts(tmp_path)
    part_path(tmp_path, 3).unlink()
    part_path(tmp_path, 2).unlink()
    with pytest.raises(DataError, match="from 32 on, found a gap up to 120"):
        read_parts(tmp_path)


def test_parts_of_another_model_or_other_images_are_refused(encode, model, config, dataset, tmp_path):
    list(encode())
    other = replace(dataset, images=255 - dataset.images)
    with pytest.raises(DataError, match=r"latents-00000.*one of other images; choose another folder"):
        next(encode(other=other))
    changed = msgspec.structs.replace(config, name="new", files={"config.json": "0" * 64})
    with pytest.raises(DataError, match="expected a part of these images by new, found one of other model, by small"):
        next(encode_parts(model, changed, dataset, tmp_path, CPU))
    next(encode_parts(model, changed, dataset, tmp_path, CPU, overwrite=True))
    with pytest.raises(DataError, match=r"latents-00001.*one of another model or dataset"):
        read_parts(tmp_path)


@pytest.mark.parametrize("place", [0, 40, 400, -1])
def test_a_damaged_part_is_refused(encode, tmp_path, place):
    list(encode())
    content = bytearray(part_path(tmp_path, 2).read_bytes())
    content[place] ^= 1
    part_path(tmp_path, 2).write_bytes(content)
    for read in (lambda: read_part(part_path(tmp_path, 2)), lambda: read_parts(tmp_path), lambda: list(encode())):
        with pytest.raises(DataError, match=r"latents-00002\.safetensors: expected"):
            read()
    part_path(tmp_path, 2).write_bytes(content[:100])
    with pytest.raises(DataError, match=r"latents-00002\.safetensors: expected"):
        read_part(part_path(tmp_path, 2))
    list(encode(overwrite=True))
    assert len(read_parts(tmp_path)[1]) == 120


def test_a_disk_that_is_full_leaves_whole_parts(encode, tmp_path, monkeypatch):
    steps = encode()
    next(steps)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("latent_explorer.files.os.fsync", full)
        with pytest.raises(UserError, match=r"latents-00001.*the disk is full"):
            next(steps)
    assert [path.name for path in tmp_path.iterdir()] == ["latents-00000.safetensors"]
    assert [each.kept for each in encode()][-1] == 1
