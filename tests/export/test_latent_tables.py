"""Latents read back as they were."""

import csv
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latent_explorer.errors import ExportError
from latent_explorer.export import LatentTable, PathArrays, Provenance, find_format
from latent_explorer.export.latents import write_latents_csv, write_latents_npz

untimed = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = ("cat, dog", 'so "called"', "line\nbreak", "ÿ")


@st.composite
def tables(draw: st.DrawFn) -> LatentTable:
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 4)))

    def maybe(dtype: type, size: object, elements: object = None) -> object:
        return draw(st.none() | hnp.arrays(dtype, size, elements=elements))

    return LatentTable(
        mean=draw(hnp.arrays(np.float32, shape)),
        log_variance=maybe(np.float32, shape),
        label=maybe(np.int64, shape[0], st.integers(0, len(NAMES) - 1)),
        split=maybe(np.uint8, shape[0], st.integers(0, 2)),
        error=maybe(np.float32, shape[0]),
        class_names=NAMES,
    )


@untimed
@given(tables())
def test_npz_holds_every_array_to_the_bit(tmp_path, table):
    path = write_latents_npz(tmp_path / "a.npz", table, provenance=Provenance("m"), overwrite=True)
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays) == {*table.arrays(), "class_names", "provenance"}
        for name, array in table.arrays().items():
            assert arrays[name].dtype == array.dtype
            assert arrays[name].tobytes() == array.tobytes()
        assert tuple(arrays["class_names"]) == NAMES


@untimed
@given(tables())
def test_csv_reads_back_exactly(tmp_path, table):
    path = write_latents_csv(tmp_path / "a.csv", table, overwrite=True)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["index"] for row in rows] == [str(index) for index in range(len(table.mean))]
    for name in ("mean", "log_variance"):
        columns = [column for column in rows[0] if column.startswith(f"{name}_")]
        if (expected := getattr(table, name)) is None:
            assert columns == []
            continue
        found = np.array([[row[column] for column in columns] for row in rows]).astype(np.float32)
        np.testing.assert_array_equal(found, expected)
    if table.label is None:
        assert not {"label", "class"} & set(rows[0])
    else:
        assert [(int(row["label"]), row["class"]) for row in rows] == [(label, NAMES[label]) for label in table.label]
    if table.split is not None:
        assert [row["split"] for row in rows] == [("train", "test", "val")[part] for part in table.split]
    if table.error is not None:
        np.testing.assert_array_equal(np.array([row["error"] for row in rows]).astype(np.float32), table.error)


def test_safetensors_hold_the_arrays_and_the_names(tmp_path):
    from safetensors import safe_open

    scores = np.array([0.5, 2.0])
    table = LatentTable(
        np.eye(2, dtype=np.float32), label=np.array([1, 0]), class_names=("a", "b"), score=scores, names=("x.png", "ÿ")
    )
    path = find_format("latents", "safetensors").write(tmp_path / "a.safetensors", table, provenance=Provenance("m"))
    with safe_open(path, "numpy") as found:
        for name, array in table.arrays().items():
            np.testing.assert_array_equal(found.get_tensor(name), array)
        about = json.loads(found.metadata()["about"])
    assert about["names"] == ["x.png", "ÿ"]
    assert about["class_names"] == ["a", "b"]
    assert "m" in about["provenance"]


def test_names_and_scores_stand_in_a_table_too(tmp_path):
    table = LatentTable(np.zeros((2, 1), np.float32), score=np.array([0.5, 2.0]), names=("a, b.png", "=c"))
    with write_latents_csv(tmp_path / "a.csv", table).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["name"], row["score"]) for row in rows] == [("a, b.png", "0.5"), ("=c", "2.0")]
    with np.load(write_latents_npz(tmp_path / "a.npz", table.rows(np.array([False, True])))) as arrays:
        assert arrays["names"].tolist() == ["=c"]
        assert arrays["score"].tolist() == [2.0]
    with pytest.raises(ExportError, match="names of 2 images, found 1"):
        LatentTable(np.zeros((2, 1), np.float32), names=("a",))


def test_a_table_longer_than_a_block_keeps_its_order(tmp_path):
    mean = np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32)
    path = write_latents_csv(tmp_path / "a.csv", LatentTable(mean))
    read = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float64)
    np.testing.assert_array_equal(read[:, 0], np.arange(5000))
    np.testing.assert_array_equal(read[:, 1:].astype(np.float32), mean)
    assert path.read_text().splitlines()[0] == "index,mean_0,mean_1"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"mean": np.zeros(3, np.float32)}, r"means of shape \(n, d\)"),
        ({"log_variance": np.zeros((3, 3), np.float32)}, "log_variance of shape"),
        ({"error": np.zeros(2, np.float32)}, "error of shape"),
        ({"label": np.array(["a", "b", "c"])}, "label of shape"),
        ({"label": np.array([0, 1, 2])}, "every label to be an integer of 0 to 1, found 0 to 2"),
        ({"split": np.array([0, -1, 1])}, "every split to be an integer of 0 to 3, found -1 to 1"),
    ],
)
def test_tables_that_do_not_fit_are_refused(wrong, reason):
    with pytest.raises(ExportError, match=reason):
        LatentTable(**{"mean": np.zeros((3, 2), np.float32), "class_names": ("a", "b"), **wrong})


def test_a_part_of_the_images_keeps_their_places_in_the_dataset(tmp_path):
    mean = np.arange(8, dtype=np.float32).reshape(4, 2)
    path = write_latents_csv(tmp_path / "a.csv", LatentTable(mean, index=np.array([3, 17, 18, 4000])))
    read = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float64)
    np.testing.assert_array_equal(read[:, 0], [3, 17, 18, 4000])


def test_a_path_is_read_back_exactly_with_what_another_model_makes_of_it(tmp_path):
    rng = np.random.default_rng(3)
    latents, other = rng.normal(size=(4, 2)).astype(np.float32), rng.normal(size=(4, 5)).astype(np.float32)
    pictures = rng.integers(0, 256, (2, 4, 3, 3, 1), np.uint8)
    path = PathArrays(latents, pictures[0], other, pictures[1])
    file = find_format("filmstrip", "npz").write(tmp_path / "p.npz", path, provenance=Provenance("model"))
    with np.load(file) as found:
        assert sorted(found) == ["latents", "other_latents", "other_pictures", "pictures", "provenance"]
        np.testing.assert_array_equal(found["other_latents"], other)
        np.testing.assert_array_equal(found["other_pictures"], pictures[1])
        np.testing.assert_array_equal(found["latents"], latents)
    find_format("filmstrip", "npz").write(tmp_path / "q.npz", PathArrays(latents, pictures[0]))
    with np.load(tmp_path / "q.npz") as found:
        assert sorted(found) == ["latents", "pictures"]
