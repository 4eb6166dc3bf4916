"""Renaming, copying and removing trained bundles and their runs: whole, or not at all."""

import shutil
from pathlib import Path

import pytest

from latent_explorer.bundles import check_bundle
from latent_explorer.errors import BundleError
from latent_explorer.runs.managing import (
    bytes_in,
    duplicate_bundle,
    free_name,
    parts_of,
    remove_bundle,
    rename_bundle,
)


@pytest.fixture
def own(small_bundle: Path, tmp_path: Path) -> Path:
    """A bundle of one's own with its run beside it."""
    shutil.copytree(small_bundle, tmp_path / "mine")
    (tmp_path / "mine.run" / "snapshots").mkdir(parents=True)
    (tmp_path / "mine.run" / "log.csv").write_bytes(b"12345")
    return tmp_path / "mine"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_bundle_and_its_run_are_renamed_together_and_their_files_stay_as_they_are(own: Path) -> None:
    before = check_bundle(own).files
    new = rename_bundle(own, "yours (2)")
    assert names(own.parent) == {"yours (2)", "yours (2).run"}
    assert check_bundle(new).files == before, "what is kept by the seal, pins above all, would be lost"


@pytest.mark.parametrize(
    "name", ["", "../there", "a/b", ".hidden", "x" * 200, "dot.", "other", "gone", "ä" * 80 + "ö" * 40]
)
def test_a_name_that_cannot_be_used_changes_nothing(own: Path, name: str) -> None:
    (own.parent / "other").mkdir()
    (own.parent / "gone.run").mkdir()
    before = names(own.parent)
    for act in (lambda: rename_bundle(own, name), lambda: duplicate_bundle(own, own.parent, name)):
        with pytest.raises(BundleError):
            act()
    assert names(own.parent) == before


def test_where_the_run_cannot_be_renamed_the_bundle_is_not(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name.endswith(".run"):
            raise OSError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(BundleError, match="Permission denied"):
        rename_bundle(own, "yours")
    assert names(own.parent) == {"mine", "mine.run"}


def test_a_copy_is_whole_and_without_history(own: Path, tmp_path: Path) -> None:
    new = duplicate_bundle(own, tmp_path / "elsewhere", "copy")
    assert check_bundle(new).files == check_bundle(own).files
    assert names(tmp_path / "elsewhere") == {"copy"}
    assert free_name(own, own.parent) == "mine-copy"
    duplicate_bundle(own, own.parent, "mine-copy")
    assert free_name(own, own.parent) == "mine-copy-2"


def test_nothing_is_left_of_a_copy_that_fails(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(BundleError, match="No space left"):
        duplicate_bundle(own, own.parent, "copy")
    assert names(own.parent) == {"mine", "mine.run"}


def test_a_bundle_is_removed_with_its_run(own: Path) -> None:
    assert parts_of(own) == [own, own.with_name("mine.run")]
    assert bytes_in(own.with_name("mine.run")) == 5
    remove_bundle(own)
    assert names(own.parent) == set()
