"""`encode` into a folder, and `merge`."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from latent_explorer.training.publishing import streaming


@pytest.fixture
def arrays(tmp_path):
    """A folder of arrays of 90 images 8x8."""
    folder = tmp_path / "arrays"
    folder.mkdir()
    for number, count in enumerate((40, 50)):
        noise = np.random.default_rng(number).integers(0, 255, (count, 8, 8), np.uint8)
        np.save(folder / f"images-{number}.npy", noise)
        np.save(folder / f"labels-{number}.npy", np.arange(count) % 3)
    return folder


def test_the_parts_merged_are_what_encode_writes_at_once(done, small_bundle, arrays, monkeypatch):
    monkeypatch.setattr(streaming, "PART_IMAGES", 25)
    encode = ("encode", "--model", small_bundle, arrays)
    for shard in (2, 1):
        found = done(*encode, "--out", "z", "--shard", f"{shard}/2", "--json").json
        assert (found["parts"], found["kept"]) == (2, 0)
    again = done(*encode, "--out", "z", "--json").json
    assert (again["images"], again["parts"], again["kept"]) == (90, 4, 4)
    assert "latent-explorer merge z" in done(*encode, "--out", "z").out
    assert done("merge", "z", "--out", "merged.npz", "--json").json["images"] == 90
    done(*encode, "--out", "once.npz")
    with np.load("merged.npz") as merged, np.load("once.npz") as once:
        assert [name for name in once.files if name != "score"] == merged.files  # which needs all of them at once
        for name in ("mean", "error"):
            np.testing.assert_allclose(merged[name], once[name], atol=1e-5)
        for name in ("label", "split", "class_names"):
            np.testing.assert_array_equal(merged[name], once[name])


def test_a_named_dataset_goes_into_a_folder_too(done, small_bundle, tmp_path):
    source = small_bundle.parent / "images.npz"
    assert done("encode", "--model", small_bundle, source, "--out", "z", "--json").json["images"] == 120
    done("merge", "z", "--out", "z.csv")
    assert (tmp_path / "z.csv").read_text().count("\n") == 121


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--out", "z", "--shard", "3/2"), "--shard 3/2: expected K/N with K of 1 to N"),
        (("--out", "z", "--shard", "half"), "--shard half: expected K/N"),
        (("--out", "z.npz", "--shard", "1/2"), "expected --out DIR"),
        (("--out", "z", "--resize"), "images of 8 x 8, found a folder of arrays of 9 x 8"),
        (("--out", "z"), "expected images of (8, 8, 1), found (8, 9, 1); the arrays of a folder"),
        (("--out", "taken/below"), "a file stands where a folder is expected"),
    ],
)
def test_what_cannot_be_encoded_is_said_in_one_line(call, small_bundle, tmp_path, arrays, arguments, complaint):
    (tmp_path / "taken").write_text("mine")
    if arguments[-1] in ("--resize", "z"):
        for path in arrays.glob("labels-*"):
            path.unlink()
        for path in arrays.glob("images-*"):
            np.save(path, np.zeros((4, 8, 9), np.uint8))
    assert complaint in call("encode", "--model", small_bundle, arrays, *arguments).complaint


def test_colours_are_not_made_of_arrays(call, wide_bundle, arrays):
    for path in arrays.glob("*.npy"):
        path.unlink()
    np.save(arrays / "images-0.npy", np.zeros((4, 6, 10), np.uint8))
    refused = call("encode", "--model", wide_bundle, arrays, "--out", "z").complaint
    assert "expected images of (6, 10, 3), found (6, 10, 1)" in refused


def test_merging_what_is_not_there(call, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "found none" in call("merge", "empty", "--out", "z.npz").complaint
    assert "found none" in call("merge", "nowhere", "--out", "z.npz").complaint


PROGRAM = """
import sys, time
from pathlib import Path
from latent_explorer.training.publishing import streaming
from latent_explorer.cli import main
streaming.PART_IMAGES = 2
encode = streaming.encode_dataset
def waiting(*rest):
    while list(Path("z").glob("latents-*")) and not Path("go on").exists():
        time.sleep(0.01)
    return encode(*rest)
streaming.encode_dataset = waiting
sys.argv[1:] = {arguments!r}
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_leaves_whole_parts_and_the_same_command_goes_on(call, small_bundle, arrays, tmp_path, number):
    arguments = ["encode", "--model", str(small_bundle), str(arrays), "--out", "z"]
    program = [sys.executable, "-c", PROGRAM.format(arguments=arguments)]
    process = subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (parts := list((tmp_path / "z").glob("latents-*"))):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(number)
    (tmp_path / "go on").touch()  # not before: else it might be done when the signal comes
    _, err = process.communicate(timeout=150)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "parts are in z, and the same command continues" in err
    assert len(parts) < 45
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "PART_IMAGES", 2)
        found = call(*arguments, "--json").json
    assert (found["images"], found["parts"]) == (90, 45)
    assert 1 <= found["kept"] < 45
    assert call("merge", "z", "--out", "z.npz").code == 0
