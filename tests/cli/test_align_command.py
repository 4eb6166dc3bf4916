"""The command `align`: figures of each ordered pair, the matrix as table and picture, translators kept."""

import json

import numpy as np
import pytest
from PIL import Image

from latent_explorer.alignment.blind import Blind
from latent_explorer.alignment.bootstrap import Grown
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.saving import load_translator
from latent_explorer.bundles import read_config, read_latents

KEYS = (
    "closure", "stitched_mse", "naive_mse", "own_mse", "mrr", "zero_shot_accuracy", "cka_linear", "cka_rbf", "svcca",
    "neighbour_overlap", "seconds",
)  # fmt: skip


@pytest.fixture(scope="module")
def bundles(make_bundle):
    """Bundles of the same images, which are gone: pictures are compared with those of the target's own latents."""
    found = [make_bundle(name, latent_dim=d) for name, d in (("one", 3), ("other", 4), ("third", 3))]
    for folder in found:
        (folder.parent / "images.npz").unlink()
    return found


def test_each_ordered_pair_has_its_figures(done, bundles):
    outcome = done("align", *bundles[:2], "--anchors", 30, "--translator", "ridge", "--json")
    assert "pictures are compared with those of the target's own latents" in outcome.err
    found = outcome.json
    assert [(pair["source"], pair["target"]) for pair in found["pairs"]] == [("one", "other"), ("other", "one")]
    for pair in found["pairs"]:
        assert all(isinstance(pair[key], float) for key in KEYS)
        assert (pair["anchors"], len(pair["runs"])) == (30, 3)
        assert pair["closure"] == pytest.approx(np.mean([run["closure"] for run in pair["runs"]]))
        assert pair["spread"]["closure"] > 0
    forth, back = found["pairs"]
    assert forth["cka_linear"] == pytest.approx(back["cka_linear"])
    assert forth["closure"] != back["closure"]


def test_the_matrix_of_several_is_a_table_and_a_picture(done, bundles, tmp_path):
    shown = done("align", *bundles, "--anchors", 30, "--seeds", 1, "--out", "matrix.png").out
    assert "closure from the row to the column" in shown
    assert all(words in shown for words in ("1 to 2", "3 to 1", "2 and 3", "RBF CKA", "neighbours in both"))
    with Image.open(tmp_path / "matrix.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
        assert picture.width > picture.height > 400
    assert (pixels < 120).all(2).any()
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50


def test_the_translator_is_kept_with_what_it_is_of(done, call, bundles, tmp_path):
    arguments = (
        "align",
        *bundles[:2],
        "--anchors",
        30,
        "--seeds",
        1,
        "--choose",
        "farthest",
        "--save",
        "t.safetensors",
    )
    done(*arguments, "--translator", "kernel")
    saved = load_translator(tmp_path / "t.safetensors")
    assert (saved.about.kind, saved.about.dimensions, saved.about.anchors) == ("kernel", (3, 4), 30)
    saved.about.check(*(read_config(each).seal for each in bundles[:2]))
    assert "already exists" in call(*arguments).complaint
    done(*arguments, "--overwrite")
    assert load_translator(tmp_path / "t.safetensors").about.kind == "affine"


def test_anchors_from_a_file(done, call, bundles, tmp_path):
    train = [image for image in range(120) if read_split(bundles[0])[image] == 0]
    (tmp_path / "a.json").write_text(json.dumps(train[:20]))
    found = done("align", *bundles[:2], "--choose", "a.json", "--json").json["pairs"][0]
    assert (found["anchors"], len(found["runs"])) == (20, 1)
    found = done("align", *bundles[:2], "--choose", "a.json", "--anchors", 15, "--seeds", 2, "--json").json["pairs"][0]
    assert (found["anchors"], len(found["runs"])) == (15, 2)
    assert "at most 20" in call("align", *bundles[:2], "--choose", "a.json", "--anchors", 21).complaint
    test = [image for image in range(120) if read_split(bundles[0])[image] == 1]
    (tmp_path / "b.json").write_text(json.dumps(test[:5]))
    assert "are test images" in call("align", *bundles[:2], "--choose", "b.json").complaint


def test_other_data_need_pairs_and_are_measured_on_those_that_are_no_anchors(
    done, call, bundles, make_bundle, tmp_path
):
    larger = make_bundle("larger", count=150)
    refused = call("align", bundles[0], larger)
    assert refused.code == 2
    assert "have no training images in common; name a file of pairs" in refused.err
    (tmp_path / "pairs.csv").write_text("\n".join(f"{n},{n + 3}" for n in range(100)))
    outcome = done("align", bundles[0], larger, "--choose", "pairs.csv", "--json")
    forth, back = outcome.json["pairs"]
    assert (forth["anchors"], forth["test_images"]) == (80, 20)
    assert forth["mrr"] > 0
    assert back["target"] == "one"
    assert "other images" in outcome.err


@pytest.fixture
def looked_at(monkeypatch):
    """What a search for pairs is given; it finds the first 40 rows of either, in order, to be pairs."""
    given = []

    def search(source, target, *rest):
        given.append((source, target, *rest))
        yield FitProgress(0.5, "searching")
        pairs = np.stack([np.arange(40), np.arange(40)], axis=1)
        return Grown(pairs if rest[0] is not None else pairs[:0], 0.9, 0.5)

    def blindly(source, target, seed):
        grown = yield from search(source, target, None if seed else np.zeros(0))
        return Blind(grown, not seed, 5, 10)

    monkeypatch.setattr("latent_explorer.alignment.growing.grow", search)
    monkeypatch.setattr("latent_explorer.alignment.growing.find_pairs", blindly)
    return given


def test_anchors_grow_among_shuffled_training_images(done, bundles, looked_at):
    found = done("align", *bundles[:2], "--anchors", 6, "--bootstrap", "--seeds", 1, "--json")
    assert "6 anchors grown to 40 pairs" in found.err
    source, target, anchors, _ = looked_at[0]
    train = [read_latents(each).mean[read_latents(each).split == 0] for each in bundles[:2]]
    assert sorted(map(tuple, source.tolist())) == sorted(map(tuple, train[0].tolist()))
    assert sorted(map(tuple, target.tolist())) == sorted(map(tuple, train[1].tolist()))
    images = [[int(np.flatnonzero((all_of == row).all(1))[0]) for row in rows] for all_of, rows in
              zip(train, (source, target), strict=True)]  # fmt: skip
    assert [images[0][row] for row in anchors[:, 0]] == [images[1][row] for row in anchors[:, 1]]
    assert np.mean(np.equal(*images)) < 0.2
    assert found.json["growth"] == "bootstrapped"
    assert found.json["translator"] == "kernel"


def test_of_disjoint_images_only_anchors_are_in_both(done, bundles, looked_at):
    done("align", *bundles[:2], "--anchors", 6, "--bootstrap", "--disjoint", "--seeds", 1)
    train = int((read_split(bundles[0]) == 0).sum())
    source, target, *_ = looked_at[0]
    assert len(source) + len(target) == train + 6


def test_a_blind_search_that_failed_says_so(done, bundles, looked_at, call):
    outcome = done("align", *bundles[:2], "--blind", "--seeds", 2, "--json")
    assert "failed after 5 attempts" in outcome.err
    for pair in outcome.json["pairs"]:
        assert (pair["trusted"], pair["anchors"]) == ([True, False], 0)
        assert pair["runs"][1]["closure"] is None
        assert pair["runs"][0]["closure"] == pair["closure"]
    assert "leave one of them out" in call("align", *bundles[:2], "--blind", "--bootstrap").complaint
    assert "leave out --relative" in call("align", *bundles[:2], "--blind", "--relative").complaint
    assert "give --bootstrap or --blind" in call("align", *bundles[:2], "--disjoint").complaint


def test_images_are_ranked_by_relative_coordinates(done, call, bundles):
    found = done("align", *bundles[:2], "--anchors", 30, "--seeds", 1, "--relative", "--json").json
    plain = done("align", *bundles[:2], "--anchors", 30, "--seeds", 1, "--translator", "relative", "--json").json
    assert found["translator"] == "relative"
    by_distance = done(
        "align", *bundles[:2], "--anchors", 30, "--seeds", 1, "--relative", "--measure", "euclidean", "--json"
    ).json
    assert by_distance["translator"] == "relative-euclidean"
    assert by_distance["pairs"][0]["mrr"] != found["pairs"][0]["mrr"]
    assert "give --relative with it" in call("align", *bundles[:2], "--measure", "cosine").complaint
    assert found["pairs"][0]["closure"] == plain["pairs"][0]["closure"]
    assert found["pairs"][0]["mrr"] != plain["pairs"][0]["mrr"]


def read_split(folder):
    return read_latents(folder).split


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--translator", "magic"), "unknown translator 'magic': expected one of orthogonal"),
        (("--anchors", 1), "needs at least 2 anchors"),
        (("--anchors", 100_000), "training images"),
        (("--choose", "none.csv"), "none.csv"),
        (("--out", "matrix.jpg"), "ends in .png"),
        (("--save", "none/t.safetensors"), "none"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, bundles, arguments, complaint):
    assert complaint in call("align", *bundles[:2], *arguments).complaint


def test_a_bundle_is_not_compared_with_itself(call, bundles):
    assert "two or more different bundles" in call("align", bundles[0], bundles[0]).complaint
    assert "two or more different bundles" in call("align", bundles[0]).complaint


def test_help_names_the_translators_and_the_choices(done):
    shown = done("align", "--help").out
    assert all(words in shown for words in ("orthogonal", "kernel", "Procrustes", "farthest", "FILE", "closure"))
