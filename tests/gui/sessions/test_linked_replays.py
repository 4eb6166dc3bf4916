"""What two linked maps show, drawn once more by the session's file, the copied command and Python: the same pixels."""

import shlex
from dataclasses import replace

import numpy as np
import pytest

from latent_explorer.export.rows import line_height
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.session import Route
from tests.gui.sessions.conftest import ANCHORS, fitted, link, pixels
from tests.gui.sessions.test_replays import called_by, from_dialog

STRIP = Choices("strip", scale=2, gap=1)
VIEWS = {
    "two rows": (0, STRIP),
    "wrapped, by the target": (1, replace(STRIP, per_row=5)),
    "side by side, moving": (0, Choices("webp", scale=2, pairs="beside", seconds=0.05, ping_pong=True)),
    "one above the other, moving": (1, Choices("webp")),
    "its own alone": (0, replace(STRIP, pairs="alone")),
    "arrays": (1, Choices("npz")),
}


def read(file):
    """The pixels of a file; of arrays, all of them."""
    if file.suffix != ".npz":
        return pixels(file)
    with np.load(file) as arrays:
        names = "latents", "pictures", "other_latents", "other_pictures"
        return np.concatenate([arrays[name].ravel().astype(np.float64) for name in names])


def draw(person, side: int) -> None:
    """Draw a path on a map, and turn to it."""
    bench = person.window.workbench
    pane = bench.panes[side]
    bench.activate(pane)
    means = pane.session.bundle.latents.mean
    ends = (tuple(map(float, means[number])) for number in (4, 50))
    pane.session.draw(Route(*ends, "straight", 12))
    person.wait_until(lambda: pane.settled and len(pane.filmstrip.frames) == 12)


def test_filmstrips_of_two_rows_are_drawn_the_same(linked, call, tmp_path):
    person, bench = linked, linked.window.workbench
    for name, (side, choices) in VIEWS.items():
        draw(person, side)
        suffix = {"strip": ".png"}.get(choices.format, f".{choices.format}")
        files = {way: tmp_path / f"{name} {way}{suffix}" for way in ("window", "session", "command")}
        person.export("filmstrip", files["window"], choices)
        session = tmp_path / f"{name}.latent.json"
        assert person.sessions.save_to(session)
        words = shlex.split(bench.copies.text("filmstrip", False).replace("\\\n", " "))
        assert ("--beside" in words) == (choices.pairs != "alone")
        dialog = [*from_dialog(words[1:]), *(["--pairs", choices.pairs] if choices.pairs != "above" else [])]
        call("export", "--session", session, "filmstrip", *dialog, "--out", files["session"])
        call(*words[1 : words.index("--out")], "--out", files["command"])
        assert called_by(bench.copies.text("filmstrip", True)) == words[1:], name
        exported = read(files["window"])
        for way in ("session", "command"):
            np.testing.assert_array_equal(read(files[way]), exported, err_msg=f"{name} from {way}")


def test_the_second_row_is_what_the_other_model_makes_of_the_translated_path(linked, decoded, tmp_path):
    person, bench = linked, linked.window.workbench
    draw(person, 0)
    source, target = bench.panes
    file = tmp_path / "strip.png"
    person.export("filmstrip", file, Choices("strip"))
    z = fitted(person).forth.to(source.path_frames.latents)
    with np.load(_arrays(person, tmp_path)) as arrays:
        np.testing.assert_array_equal(arrays["other_latents"], z)
        rows = arrays["pictures"], arrays["other_pictures"]
    for frame, latent in zip(rows[1], z, strict=True):
        assert np.abs(decoded(target.bundle.folder, latent).astype(int) - frame).max() <= 1
    strip = pixels(file)[0]
    height, width = (max(pictures.shape[axis] for pictures in rows) for axis in (1, 2))
    line = line_height(height)
    assert strip.shape == (2 * (line + height), 12 * width, 3)
    assert (strip[:line] < 128).any()  # its caption
    below = strip[2 * line + height :, :width] if rows[1].shape[1:3] == (height, width) else None
    if below is not None:
        np.testing.assert_array_equal(below, np.broadcast_to(rows[1][0], below.shape))


def _arrays(person, folder):
    file = folder / "strip.npz"
    person.export("filmstrip", file, Choices("npz"))
    return file


def test_without_a_translator_there_is_one_row_everywhere(linked, call, tmp_path):
    person, bench = linked, linked.window.workbench
    link(person).alignment.replace(ANCHORS[:1])
    person.wait_until(lambda: link(person).fit is None)
    draw(person, 0)
    exported = person.exported("filmstrip", tmp_path / "a.png", STRIP)
    assert person.sessions.save_to(tmp_path / "s.latent.json")
    words = shlex.split(bench.copies.text("filmstrip", False).replace("\\\n", " "))
    assert "--beside" not in words
    given = from_dialog(words[1:])
    call("export", "--session", tmp_path / "s.latent.json", "filmstrip", *given, "--out", tmp_path / "b.png")
    np.testing.assert_array_equal(pixels(tmp_path / "b.png"), exported)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--anchors", "3:5"], "go with --beside"),
        (["--beside", "{b}"], "needs --anchors"),
        (["--beside", "{b}", "--anchors", "3,4"], "expected images of the source and the target, as in 3:7,10:12"),
        (["--beside", "{b}", "--anchors", "300"], "no training images in common"),
        (["--beside", "{b}", "--anchors", "3:5", "--translator", "t.safetensors"], "fitted already"),
        (["--beside", "{b}", "--translator", "t.safetensors"], "cannot be read"),
        (["--beside", "{b}", "--anchors", "3:5,9999:1"], "the source has no such image; expected 0 to 119"),
        (["--beside", "{b}", "--anchors", "3:5,3:6,4:4"], "image 3 of the source"),
        (["--beside", "{b}", "--anchors", "3:5"], "needs at least 2 anchors"),
        (["--beside", "{b}", "--anchors", "3:5", "--translator", "magic"], "unknown translator 'magic'"),
        (["--beside", "nowhere", "--anchors", "3:5"], "no bundle 'nowhere'"),
        (["--beside", "{b}", "--anchors", "3:5", "--pairs", "within"], "expected one of above, beside, alone"),
        (["--beside", "{b}", "--bootstrap", "--blind"], "expected one of them"),
    ],
)
def test_what_cannot_be_stitched_is_one_sentence(call, small_bundle, wide_bundle, tmp_path, words, reason):
    ends = "--from", "0,0", "--to", "1,1", "--out", tmp_path / "s.png"
    given = [word.format(b=wide_bundle) for word in words]
    told = call("export", "filmstrip", "--model", small_bundle, *ends, *given, code=2)
    assert reason in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "s.png").exists()


def test_a_saved_translator_stitches_as_the_one_that_was_fitted(linked, call, small_bundle, wide_bundle, tmp_path):
    from latent_explorer import align

    files = [tmp_path / f"{way}.png" for way in ("anchors", "file")]
    saved = align(small_bundle, wide_bundle, anchors=ANCHORS, translator="ridge").save(tmp_path / "t.safetensors")
    pairs = ",".join(f"{source}:{target}" for source, target in ANCHORS)
    path = "--model", small_bundle, "--from", "0,0", "--to", "1,1", "--frames", "5", "--beside", wide_bundle
    call("interpolate", *path, "--anchors", pairs, "--translator", "ridge", "--out", files[0])
    call("interpolate", *path, "--translator", saved, "--out", files[1])
    np.testing.assert_array_equal(pixels(files[0]), pixels(files[1]))
    turned = "--model", wide_bundle, "--from", "0,0,0,0,0", "--to", "1,1,1,1,1", "--beside", small_bundle
    told = call("interpolate", *turned, "--translator", saved, "--out", tmp_path / "c.png", code=2)
    assert "leads from small to wide" in told
