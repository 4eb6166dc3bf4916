"""Anchors: chosen by class or far apart, never test images; read from files, and what is refused of those."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from latent_explorer.alignment.anchors import (
    Anchors,
    check_held_apart,
    choose_farthest,
    choose_random,
    read_anchors,
)
from latent_explorer.alignment.pair import Pair, read_side
from latent_explorer.errors import UserError


@pytest.fixture(scope="module")
def pair(make_bundle):
    return Pair.of(*(read_side(make_bundle(name, latent_dim=d)) for name, d in (("one", 3), ("other", 2))))


@pytest.fixture(scope="module")
def strangers(make_bundle):
    """Bundles of different images."""
    return Pair.of(read_side(make_bundle("one")), read_side(make_bundle("larger", count=150)))


def test_equal_shares_of_each_class_none_of_them_test_images(pair):
    anchors = choose_random(pair.ways[0], 12, 0)
    assert np.bincount(pair.source.latents.label[anchors.source]).tolist() == [4, 4, 4]
    assert (pair.source.latents.split[anchors.source] == 0).all()
    assert (anchors.source == anchors.target).all()
    assert len(set(anchors.source.tolist())) == 12
    again, other = choose_random(pair.ways[0], 12, 0), choose_random(pair.ways[0], 12, 1)
    assert (again.source == anchors.source).all()
    assert (other.source != anchors.source).any()
    check_held_apart(pair, anchors)


def test_all_training_images_can_be_anchors_and_no_more(pair):
    train = int((pair.source.latents.split == 0).sum())
    assert len(choose_random(pair.ways[0], train, 0)) == train
    with pytest.raises(UserError, match=f"expected 1 to {train}"):
        choose_random(pair.ways[0], train + 1, 0)


def test_the_farthest_lie_farther_apart_than_random_ones(pair):
    way = pair.ways[0]

    def least(anchors):
        points = way.here.mean[anchors.source]
        apart = np.linalg.norm(points[:, None] - points, axis=2)
        return apart[np.triu_indices(len(points), 1)].min()

    far = choose_farthest(way, 10, 0)
    assert least(far) > 1.5 * max(least(choose_random(way, 10, seed)) for seed in range(5))
    assert (way.here.latents.split[far.source] == 0).all()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"3\n5\n9\n"),
        ("a.csv", "\ufeffsource,target\r\n3,3\r\n5,5\r\n9,9\r\n".encode()),
        ("a.json", b"[3, 5, 9]"),
        ("a.json", b"[[3, 3], [5, 5], [9, 9]]"),
        ("a.npy", np.array([3, 5, 9], np.uint8)),
        ("a.npy", np.array([[3], [5], [9]])),
    ],
)
def test_numbers_stand_for_the_same_image_in_both(pair, tmp_path, name, content):
    path = tmp_path / name
    np.save(path, content) if isinstance(content, np.ndarray) else path.write_bytes(content)
    anchors = read_anchors(pair, path)
    assert anchors.source.tolist() == anchors.target.tolist() == [3, 5, 9]


def test_pairs_lead_between_bundles_of_other_images(strangers, tmp_path):
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps([[0, 140], [1, 3]]))
    anchors = read_anchors(strangers, path)
    assert (anchors.source.tolist(), anchors.target.tolist()) == ([0, 1], [140, 3])
    assert anchors.back.source.tolist() == [140, 3]
    path.write_text("[0, 1]")
    with pytest.raises(UserError, match="write pairs source,target"):
        read_anchors(strangers, path)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.csv", b"3\n3\n", "image 3 of the source.* has two"),
        ("a.csv", b"3,4\n5,4\n", "image 4 of the target.* has two"),
        ("a.csv", b"3\n-1\n", "has no image -1"),
        ("a.csv", b"3\n5000\n", "has no image 5000"),
        ("a.csv", b"3,5000\n4,1\n", "has no image 5000"),
        ("a.csv", b"3\nfive\n", "cannot be read"),
        ("a.csv", b"3\n4,5\n", "cannot be read"),
        ("a.csv", b"\xff\xfe", "cannot be read"),
        ("a.csv", b"", "expected whole numbers"),
        ("a.json", b"[1.5]", "with a point"),
        ("a.json", b'{"a": 1}', "expected whole numbers"),
        ("a.json", b"[[1,2,3]]", "expected whole numbers"),
        ("a.json", b"[" * 100_000, "cannot be read"),
        ("a.npy", b"\x93NUMPY\x01", "cannot be read"),
        ("a.txt", b"3", "as .npy, .csv or .json"),
        ("a.json", b"[0, 3, 6]", "all 3 are of the class"),
    ],
)
def test_a_file_that_is_no_use_is_refused_by_its_name(pair, tmp_path, name, content, complaint):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=complaint) as refused:
        read_anchors(pair, path)
    assert str(path) in str(refused.value)


def test_an_array_of_objects_is_never_unpickled(pair, tmp_path):
    np.save(tmp_path / "a.npy", np.array([1, "x"], object), allow_pickle=True)
    with pytest.raises(UserError, match="cannot be read"):
        read_anchors(pair, tmp_path / "a.npy")


def test_a_file_that_is_not_there_is_said(pair, tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_anchors(pair, tmp_path / "none.csv")


def test_test_images_are_no_anchors(pair):
    test = np.flatnonzero(pair.source.latents.split == 1)[:2]
    with pytest.raises(UserError, match="2 are test images"):
        check_held_apart(pair, Anchors(test, test))


def test_one_class_in_all_is_no_complaint(pair, tmp_path):
    latents = replace(pair.source.latents, label=np.zeros(len(pair.source), np.int64))
    config = msgspec.structs.replace(
        pair.source.config, dataset=msgspec.structs.replace(pair.source.config.dataset, class_names=("0",))
    )
    side = replace(pair.source, latents=latents, config=config)
    (tmp_path / "a.json").write_text("[1, 2]")
    assert len(read_anchors(replace(pair, source=side), tmp_path / "a.json")) == 2
