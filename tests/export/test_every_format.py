"""What holds for every format: whole or not at all, never over another file, where it comes from."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from latent_explorer import __version__
from latent_explorer.errors import ExportError, UserError
from latent_explorer.export import FORMATS, Format, Options, Provenance, find_format, formats_of, read_provenance
from latent_explorer.export.provenance import coordinates_text


def _name(known: Format) -> str:
    return f"{known.kind}-{known.key}"


every_format = pytest.mark.parametrize("known", FORMATS, ids=_name)
WHENCE = Provenance.at("mnist-vae-2d", np.array([0.1, -2.5], np.float32), note="grüße <&> \x00")


def _content(known: Format, examples: dict[str, object]) -> object:
    special = {("map", "svg"): "scene", ("filmstrip", "npz"): "path"}
    return examples[special.get((known.kind, known.key), known.kind)]


TABLES = [known for known in FORMATS if known.key in ("npz", "csv", "safetensors")]
PLAIN = [
    known
    for known in FORMATS
    if known not in TABLES and known.kind not in ("sheet", "style grid") and known.key != "svg"
]


def _bytes(path: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    return [(path.name, path.read_bytes()) for path in paths]


@every_format
def test_nothing_is_overwritten_unasked(tmp_path, known, examples):
    path = known.named(tmp_path / "x")
    path.write_text("precious")
    with pytest.raises(UserError, match=f"{path.name} already exists"):
        known.write(path, _content(known, examples))
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_overwriting_gives_the_same_bytes_again(tmp_path, known, examples):
    path = known.named(tmp_path / "x")
    known.write(path, _content(known, examples), provenance=WHENCE)
    first = _bytes(path)
    assert known.write(path, _content(known, examples), provenance=WHENCE, overwrite=True) == path
    assert _bytes(path) == first
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_a_full_disk_leaves_nothing_behind(tmp_path, known, examples):
    resource = pytest.importorskip("resource")
    path = known.named(tmp_path / "x")
    known.write(path, _content(known, examples))
    before = _bytes(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))  # files end after 200 bytes, as on a full disk
    try:
        for target, overwrite in ((path, True), (known.named(tmp_path / "y"), False)):
            with pytest.raises(
                UserError, match=f"{target.name} could not be written: .*the file is too large for that disk"
            ):
                known.write(target, _content(known, examples), overwrite=overwrite)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert _bytes(path) == before
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_a_missing_folder_is_named(tmp_path, known, examples):
    path = known.named(tmp_path / "no" / "x")
    with pytest.raises(UserError, match=r"x.* could not be written: .*folder does not exist"):
        known.write(path, _content(known, examples))


OTHER = {
    "scale": 2,
    "style": "smooth",
    "gap": 3,
    "per_row": 2,
    "seconds": 0.5,
    "ping_pong": True,
    "loop": False,
    "lossless": False,
}


@every_format
def test_just_the_options_it_heeds_change_what_is_written(tmp_path, known, examples):
    def written(**choice: object) -> list[tuple[str, bytes]]:
        options = Options(**{"scale": 3, **choice})
        return _bytes(known.write(tmp_path / "x", _content(known, examples), options, overwrite=True))

    plain = written()
    changing = {name for name, value in OTHER.items() if written(**{name: value}) != plain}
    assert changing == set(known.heeds)
    assert set(OTHER) == {field.name for field in fields(Options)}


@pytest.mark.parametrize("known", [known for known in FORMATS if known not in TABLES and known.suffix], ids=_name)
def test_pictures_say_where_they_come_from(tmp_path, known, examples):
    path = known.write(known.named(tmp_path / "x"), _content(known, examples), provenance=WHENCE)
    assert read_provenance(path) == WHENCE
    assert WHENCE.version == __version__
    bare = known.write(known.named(tmp_path / "bare"), _content(known, examples))
    with pytest.raises(ExportError, match="expected a picture of this program"):
        read_provenance(bare)


def test_numbered_frames_say_which_they_are(tmp_path, examples):
    folder = find_format("filmstrip", "frames").write(tmp_path / "x", examples["filmstrip"], provenance=WHENCE)
    assert read_provenance(folder / "frame-0003.png") == WHENCE.and_also(frame="3")


def test_coordinates_read_back_exactly():
    latents = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    np.testing.assert_array_equal(np.array(json.loads(coordinates_text(latents)), np.float32), latents)
    assert coordinates_text(np.array([0.1], np.float32)) == "[0.1]"


def test_formats_are_found_by_key_and_by_suffix():
    assert find_format("filmstrip", "gif") is find_format("filmstrip", "a/b.GIF")
    assert find_format("map", "x.svg").suffix == ".svg"
    assert [known.key for known in formats_of("latents")] == ["npz", "safetensors", "csv"]
    with pytest.raises(ExportError, match="a filmstrip can be written as strip, gif, webp, mp4, frames, npz"):
        find_format("filmstrip", "x.mp3")


def test_a_missing_suffix_is_added_once():
    gif = find_format("filmstrip", "gif")
    assert gif.named(Path("a/b")) == gif.named(Path("a/b.gif")) == Path("a/b.gif")
    assert gif.named(Path("a/b.PNG")) == Path("a/b.PNG.gif")


@pytest.mark.parametrize(
    "wrong", [{"scale": 0}, {"scale": 65}, {"style": "blurry"}, {"gap": -1}, {"per_row": 0}, {"seconds": 0}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ExportError, match=f"found {next(iter(wrong.values()))}"):
        Options(**wrong)


@pytest.mark.parametrize(
    "known",
    [
        known
        for known in FORMATS
        if known not in TABLES and known.kind not in ("sheet", "style grid") and known.key != "svg"
    ],
    ids=_name,
)
@pytest.mark.parametrize(
    "wrong", [np.zeros((0, 4, 4, 1), np.uint8), np.zeros((2, 4, 4, 1)), np.zeros((4, 4, 2), np.uint8)]
)
def test_what_are_no_pictures_is_refused(tmp_path, known, wrong):
    with pytest.raises(ExportError, match="expected uint8 pictures of"):
        known.write(tmp_path / "x", wrong)
    assert list(tmp_path.iterdir()) == []
