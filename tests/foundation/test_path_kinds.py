"""What is found out about paths that people name or drop: little is read, and nothing raises."""

import io
import os
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.errors import UserError
from latent_explorer.path_kinds import Kind, PathKind, kind_of, kind_of_all, kind_of_link
from latent_explorer.places import find_bundle, models_folder


def picture(form: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (3, 2)).save(stream, form)
    return stream.getvalue()


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_a_picture_is_known_by_its_content_not_by_its_name(tmp_path: Path, form: str) -> None:
    (tmp_path / "download").write_bytes(picture(form))
    found = kind_of(tmp_path / "download")
    assert found.kind is Kind.IMAGE
    assert "picture" in found.words
    assert found.dataset is None, "one picture is nothing to train on"


def test_of_a_picture_among_others_the_folder_is_offered(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture("PNG"))
    assert kind_of(tmp_path / "a.png").dataset == tmp_path
    found = kind_of_all([tmp_path / "a.png", tmp_path / "b.png"])
    assert (found.kind, found.dataset) == (Kind.IMAGE, tmp_path)


def test_what_can_be_trained_on(tmp_path: Path) -> None:
    (tmp_path / "birds" / "gull").mkdir(parents=True)
    for name in ("a.png", "b.JPG"):
        (tmp_path / "birds" / "gull" / name).write_bytes(b"")
    np.savez(tmp_path / "images.npz", images=np.zeros((2, 3, 3), np.uint8))
    np.save(tmp_path / "images.npy", np.zeros((2, 3, 3), np.uint8))
    for path in (
        tmp_path / "birds",
        zipped(tmp_path / "birds.zip", "gull/a.png", "gull/b.png"),
        tmp_path / "images.npz",
        tmp_path / "images.npy",
    ):
        found = kind_of(path)
        assert (found.dataset, found.bundle) == (path, None)
    assert "2 images" in kind_of(tmp_path / "birds").words


def test_models_of_other_programs_are_named_and_can_be_imported(tmp_path: Path) -> None:
    files = [zipped(tmp_path / f"model.{suffix}", "model/data.pkl", "model/data/0") for suffix in ("pt", "bin", "zip")]
    (tmp_path / "old.pth").write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80")
    (tmp_path / "weights.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    (tmp_path / "download").write_bytes(b"\x08\x08\x12\x07pytorch")
    (tmp_path / "diffusers" / "vae_decoder").mkdir(parents=True)
    (tmp_path / "diffusers" / "vae_decoder" / "model.onnx").write_bytes(b"\x08\x08")
    files += [tmp_path / name for name in ("old.pth", "weights.safetensors", "download", "diffusers")]
    for path in files:
        found = kind_of(path)
        assert (found.kind, found.bundle, found.dataset) == (Kind.CHECKPOINT, None, None)
        assert path.name in found.sentence
        assert found.model == path
        assert "Import" in found.advice


def test_what_holds_code_is_said_not_to_be_read(tmp_path: Path) -> None:
    files = [
        zipped(tmp_path / "scripted.pt", "m/data.pkl", "m/constants.pkl", "m/code/a.py"),
        zipped(tmp_path / "program.pt2", "m/archive_format", "m/models/model.json"),
        zipped(tmp_path / "slip.pt", "m/data.pkl", "../../evil"),
    ]
    (tmp_path / "model.pkl").write_bytes(b"\x80\x05}q\0.")
    for path in (*files, tmp_path / "model.pkl"):
        found = kind_of(path)
        assert (found.bundle, found.dataset, found.model) == (None, None, None)
        assert "not read" in found.advice or "nothing of it is read" in found.advice
        assert len(found.sentence) < 400


def test_a_bundle_is_known_by_its_folder_its_files_and_its_run(small_bundle: Path, tmp_path: Path) -> None:
    for path in (small_bundle, small_bundle / "config.json", small_bundle / "weights.safetensors"):
        assert kind_of(path).bundle == small_bundle
    assert kind_of_all([small_bundle / "README.md", small_bundle / "config.json"]).bundle == small_bundle
    run = tmp_path / "mine.run"
    run.mkdir()
    (run / "job.json").write_text("{}")
    assert (kind_of(run).kind, kind_of(run).bundle) == (Kind.RUN, None)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")
    assert kind_of(run).bundle == tmp_path / "mine"
    assert "bundles" in kind_of(models_folder()).words


def test_models_of_other_programs_are_no_bundles(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert kind_of(tmp_path).kind is Kind.CHECKPOINT


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/dev/null", "/proc/self/mem", "/nowhere/at/all", "a\0b", "x" * 5000, "/"]
)
def test_what_is_no_file_or_cannot_be_read_is_said_to_be_so(path: str) -> None:
    assert kind_of(path).bundle is None
    assert len(kind_of(path).sentence) < 400


def test_nothing_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "config.json")  # which is not opened either
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        (tmp_path / "circle").symlink_to(tmp_path)
        (tmp_path / "dangling").symlink_to(tmp_path / "gone")
        assert kind_of(tmp_path / "pipe").words == "a pipe"
        assert kind_of(tmp_path / "socket").words == "a socket"
        assert kind_of(tmp_path / "dangling").kind is Kind.NOTHING
        assert kind_of(tmp_path).bundle is None


def test_little_is_read_of_a_long_list_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "many.zip", *(f"class/{number}.png" for number in range(2000)))
    assert kind_of(path).words == "a zip of 2,000 images"
    monkeypatch.setattr("latent_explorer.file_kinds._MOST_READ", 1000)
    monkeypatch.setattr("latent_explorer.file_kinds._LimitedReader.left", 1000)
    assert "cannot be listed" in kind_of(path).words


def test_names_that_lie_are_shown_as_one_plain_line(tmp_path: Path) -> None:
    for name in ("a\nb.txt", "\x1b[31mred", "<b>x", "l" * 200, os.fsdecode(b"\xff\xfe.txt")):
        (tmp_path / name).write_text("text")
        found = kind_of(tmp_path / name)
        assert found.name.isprintable()
        assert len(found.name) <= 81


def test_links_and_several_things() -> None:
    link = kind_of_link("https://example.org/a\x1b.zip")
    assert (link.kind, link.bundle, link.dataset) == (Kind.WEB_LINK, None, None)
    several = kind_of_all([models_folder() / "mnist-vae-2d", models_folder() / "mnist-ae-2d"])
    assert isinstance(several, PathKind)
    assert several.kind is Kind.SEVERAL
    assert "mnist-ae-2d is a bundle" in several.sentence


def test_a_command_says_what_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "digit.png").write_bytes(picture("PNG"))
    with pytest.raises(UserError, match=r"digit\.png is a PNG picture"):
        find_bundle(tmp_path / "digit.png")
    assert find_bundle(models_folder() / "mnist-vae-2d" / "config.json") == models_folder() / "mnist-vae-2d"
    with pytest.raises(UserError, match="empty folder"):
        find_bundle(empty(tmp_path / "empty"))


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder
