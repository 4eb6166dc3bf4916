"""Settings are data: typed, in range or as usual, whole or not at all, and nothing of them is ever run."""

import os
import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.gui.settings import (
    Appearance,
    Folders,
    PictureSettings,
    PointLook,
    RecentBundles,
    Settings,
    ShownLayer,
    WindowLayout,
)

KINDS = (Appearance, Folders, PictureSettings, PointLook, RecentBundles, ShownLayer, WindowLayout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_what_is_changed_is_there_at_the_next_launch(file: Path) -> None:
    first = Settings(file)
    first.theme = "light"
    first.change(PointLook, size=120)
    first.put(ShownLayer(False, 0.5), "Points")
    first.put(WindowLayout(b"\0\xff", b"docks"))
    first.change(Folders, exports=Path(os.fsdecode(b"/tmp/not \xff utf-8 %41")))
    assert not file.exists()
    first.save()
    second = Settings(file)
    for kind in KINDS:
        assert second.get(kind) == first.get(kind)
    assert second.theme == "light"
    assert second.get(ShownLayer, "Points") == ShownLayer(False, 0.5)
    assert second.get(ShownLayer, "Density", ShownLayer(False)) == ShownLayer(False)


def test_two_windows_do_not_undo_each_others_changes(file: Path) -> None:
    first, second = Settings(file), Settings(file)
    first.theme = "light"
    second.change(PointLook, size=70)
    first.save()
    second.save()
    assert (Settings(file).theme, Settings(file).get(PointLook).size) == ("light", 70)


def test_each_change_calls_for_saving_and_saving_nothing_writes_nothing(file: Path) -> None:
    store, calls = Settings(file), []
    store.on_change = lambda: calls.append(1)
    store.save()
    assert not file.exists()
    store.theme = "dark"
    assert calls == [1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"Appearance": {"theme": "mauve"}, "PointLook": {"size": 60}}', ("system", 60)),
        ('{"Appearance": {"theme": "dark", "hue": 3}, "PointLook": {"size": 1e9}}', ("dark", 100)),
        ('{"Appearance": ["dark"], "PointLook": {"size": "60"}}', ("system", 100)),
        ('{"Appearance": {"theme": "dark", "palette": "usual"}, "Unknown": {"a": [[1]]}}', ("dark", 100)),
        ('{"Appearance": {"theme": "dark", "palette": "usual"}', ("system", 100)),
        ("[" * 10**5, ("system", 100)),
        ('{"Appearance": ' + "[" * 10**5, ("system", 100)),
        ('{"Appearance": {"theme": "dark", "palette": "usual"}}' + " " * 2**20, ("system", 100)),
        ("", ("system", 100)),
    ],
)
def test_a_field_that_does_not_hold_is_as_usual_and_the_others_count(file: Path, text, kept, caplog) -> None:
    file.write_text(text)
    store = Settings(file)
    assert (store.theme, store.get(PointLook).size) == kept
    clean = "Unknown" in text
    assert clean or caplog.messages


def test_what_another_version_has_written_stays(file: Path) -> None:
    file.write_text('{"Later": {"a": [1, {"b": null}]}}')
    store = Settings(file)
    store.theme = "dark"
    store.save()
    assert msgspec.json.decode(file.read_bytes()) == {
        "Later": {"a": [1, {"b": None}]}, "Appearance": {"theme": "dark", "palette": "usual", "shapes": False}
    }  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_what_is_no_ordinary_file_is_neither_read_nor_replaced(file: Path) -> None:
    os.mkfifo(file)
    store = Settings(file)
    assert store.theme == "system"
    store.theme = "dark"
    store.save()
    assert file.is_fifo()


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path, caplog) -> None:
    (tmp_path / "file").write_text("")
    store = Settings(tmp_path / "file" / "settings.json")
    store.theme = "dark"
    store.save()
    assert "settings are not kept" in caplog.text


class Run:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def test_nothing_of_a_settings_file_runs(new_window, tmp_path: Path, small_bundle: Path) -> None:
    """The file of an earlier version could hold pickled objects, which Qt's own reader of settings runs."""
    mark = tmp_path / "mark"
    code = "".join(f"\\x{byte:02x}" for byte in b"\0\0\0\x7f" + pickle.dumps(Run(mark), 2))
    ini = f'[General]\ntheme=@Variant({code})\ngeometry="@PyObject({code})"\n'
    (tmp_path / "settings.ini").write_text(ini)
    (tmp_path / "settings.json").write_text(ini)
    assert new_window(small_bundle).window.pane.bundle.name == "small"
    assert not mark.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from([name for kind in KINDS for name in kind.__dataclass_fields__]) | st.text(max_size=4)
SECTIONS = st.dictionaries(
    st.sampled_from([kind.__name__ for kind in KINDS]), st.dictionaries(FIELDS, JSON, max_size=5) | JSON, max_size=4
)


@given(content=SECTIONS.map(msgspec.json.encode) | st.binary(max_size=60))
@settings(deadline=None)
def test_any_file_gives_values_within_their_ranges(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    store = Settings(file)
    for kind in KINDS:
        store.put(store.get(kind))
    store.save()
    for kind in KINDS:
        assert Settings(file).get(kind) == store.get(kind)
    assert store.theme in ("system", "light", "dark")
    assert 50 <= store.get(PointLook).size <= 200
