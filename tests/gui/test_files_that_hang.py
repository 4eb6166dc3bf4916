"""Pipes, endless and huge files wherever the window looks on its own account: it goes on, and says what can be said."""

import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtCore import QTimer

from latent_explorer.bench.person import Person
from latent_explorer.bundles.listing import read_entry
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, read_start
from latent_explorer.gui.library.bundle_lister import Shelf
from latent_explorer.gui.training.figures import entries
from latent_explorer.gui.training.running import _card_of
from latent_explorer.places import bundles_in, trained_folder
from latent_explorer.runs import Job, RunFolder, keep_job, kept_job, unfinished
from latent_explorer.runs.report import read_log
from latent_explorer.session import Pin, SessionStore, State

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="makes pipes and sparse files")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(2**36)


@pytest.fixture(params=[pipe, endless, huge])
def replace(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Puts something that hangs or has no end in the place of a file."""

    def put(path: Path) -> Path:
        path.unlink(missing_ok=True)
        request.param(path)
        return path

    return put


@pytest.fixture
def job(tmp_path: Path) -> Job:
    job = Job("mnist", tmp_path / "one")
    job.run.path.mkdir()
    keep_job(job)
    return job


def test_only_a_regular_file_of_a_known_size_is_read(replace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected"):
        read_regular(replace(tmp_path / "file"), 100)


def test_the_beginning_of_a_huge_file_is_read_but_of_no_pipe(tmp_path: Path) -> None:
    huge(tmp_path / "huge")
    assert read_start(tmp_path / "huge", 8) == bytes(8)
    for make in (pipe, endless):
        make(tmp_path / make.__name__)
        with pytest.raises(UserError, match="expected a regular file"):
            read_start(tmp_path / make.__name__, 8)


def test_the_menu_and_the_list_pass_over_what_is_no_file(replace, tmp_path: Path, small_bundle: Path) -> None:
    (tmp_path / "bad").mkdir()
    replace(tmp_path / "bad" / "config.json")
    shutil.copytree(small_bundle, tmp_path / "good")
    assert (tmp_path / "good") in bundles_in(tmp_path)
    found = [entry.folder.name for entry in map(read_entry, bundles_in(tmp_path)) if entry.config is not None]
    assert found == ["good"]


def test_a_preview_that_is_no_picture_is_not_waited_for(replace, tmp_path: Path, small_bundle: Path, qtbot) -> None:
    folder = Path(shutil.copytree(small_bundle, tmp_path / "mine"))
    replace(folder / "preview.png")
    shelf, read = Shelf(), []
    shelf.read.connect(read.append)
    with qtbot.waitSignal(shelf.done, timeout=60_000):
        shelf.look([folder])
    shelf.close()
    card = next(card for card in read if card.folder == folder)
    assert card.entry.config is not None
    assert card.picture is None


def test_runs_of_which_a_paper_hangs_are_left_out(replace, job: Job, tmp_path: Path) -> None:
    replace(job.run.state)
    assert unfinished(tmp_path) == []
    replace(job.run.job)
    with pytest.raises(UserError, match="expected the settings of a run"):
        kept_job(job.run)
    assert unfinished(tmp_path) == []


def test_a_state_whose_heading_takes_gigabytes_is_left_out(job: Job, tmp_path: Path) -> None:
    job.run.state.write_bytes((2**33).to_bytes(8, "little") + b"{" * 50)
    with job.run.state.open("r+b") as stream:
        stream.truncate(2**34)
    assert unfinished(tmp_path) == []


def test_a_log_that_hangs_has_no_reports(replace, job: Job) -> None:
    replace(job.run.log)
    assert read_log(job.run) == []


def test_models_that_hang_are_not_compared(replace, tmp_path: Path, small_bundle: Path) -> None:
    (tmp_path / "bad").mkdir()
    replace(tmp_path / "bad" / "config.json")
    shutil.copytree(small_bundle, tmp_path / "good")
    assert [entry.folder.name for entry in entries("small", tmp_path)] == ["good"]


def test_a_card_that_hangs_is_said_to_be_unreadable(replace, tmp_path: Path) -> None:
    replace(tmp_path / "README.md")
    assert _card_of(tmp_path).startswith("The card cannot be read")


def test_a_session_that_hangs_or_holds_too_much_counts_as_none(replace, tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    replace(store._file("seal"))
    assert store.read("seal", 2) == State()


def test_a_session_of_very_many_pins_is_neither_kept_nor_read(tmp_path: Path) -> None:
    store, pins = SessionStore(tmp_path), tuple(Pin(f"{index}", (0.0, 1.0)) for index in range(1001))
    store.keep("seal", State(pins=pins[:1000]))
    assert len(store.read("seal", 2).pins) == 1000
    with pytest.raises(UserError, match="at most 1,000 pins"):
        store.keep("seal", State(pins=pins))
    store._file("seal").write_bytes(msgspec.json.encode({"pins": pins}))
    assert store.read("seal", 2) == State()


def test_snapshots_that_hang_are_passed_over_and_the_others_are_gone_through(
    replace, person: Person, run: RunFolder
) -> None:
    replace(run.snapshots / "00000002" / "config.json")
    replace(run.snapshots / "00000003" / "latents.safetensors")
    navigator = person.pane.navigator
    navigator.begin(run)
    person.wait_until(lambda: len(navigator.folders) == 3)
    navigator.go_to(0)
    person.wait_until(lambda: navigator.shown is not None and navigator.index == 0 and person.pane.ready)
    navigator.go_to(2)
    bar = person.window.statusBar()
    person.wait_until(
        lambda: "cannot be shown" in bar.currentMessage() or "could not" in person.window.workbench.banner.text
    )


def test_the_window_goes_on_while_a_disk_does_not_answer(
    new_window, small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing that the window reads on its own account is read in a thread."""
    answer, asked = threading.Event(), set()

    def slow(name: str, value: object) -> Callable[..., object]:
        def read(*_: object) -> object:
            asked.add(name)
            assert threading.current_thread() is not threading.main_thread(), name
            answer.wait(30)
            return value

        return read

    person = new_window(small_bundle)
    window = person.window
    monkeypatch.setattr("latent_explorer.gui.training.unfinished._left_in", slow("unfinished", []))
    monkeypatch.setattr("latent_explorer.gui.pane.snapshot_navigator._listed", slow("snapshots", {}))
    monkeypatch.setattr("latent_explorer.gui.training.pages.read_log", slow("log", []))
    monkeypatch.setattr("latent_explorer.gui.training.running._read", slow("results", UserError("gone")))
    window.workbench.training.make()
    window.workbench.training.setup.offers.look()
    window.workbench.guide.look_back()
    window.workbench.training.run.show_past(RunFolder.of_bundle(window.pane.bundle.folder))
    person.wait_until(lambda: asked == {"unfinished", "snapshots", "log", "results"})
    beats: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(len(beats)))
    timer.start(5)
    person.wait_until(lambda: len(beats) > 5)
    timer.stop()
    answer.set()
    person.wait_until(lambda: window.workbench.training.run.results.sentence.text() == "gone")
    bar = window.statusBar()
    person.wait_until(lambda: "no snapshots" in bar.currentMessage())


def test_very_many_models_are_in_the_list_and_not_in_the_menu(person: Person) -> None:
    folder = trained_folder()
    for index in range(60):
        (folder / f"model-{index:02}").mkdir(parents=True)
        (folder / f"model-{index:02}" / "config.json").write_text("{}")
    from PyQt6.QtWidgets import QMenu

    menu = next(each for each in person.window.findChildren(QMenu) if each.title() == "Your models")
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == [*(f"model-{index:02}" for index in range(40)), "All models…"]
