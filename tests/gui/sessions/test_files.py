"""Sessions at the window: saved by the menu, opened again, asked about once; what is missing or changed is said."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from latent_explorer.bundles import add_fits
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.app import open_window
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.sessions import showing
from latent_explorer.gui.settings import AtLaunch
from latent_explorer.session import Route
from tests.gui.conftest import close_for_good
from tests.gui.sessions.conftest import SavingPerson
from tests.gui.test_drops import dragged, drop

MAP = Choices("png", zoom=1.0)


def made(person: SavingPerson) -> None:
    """Pins, a path, a selection, a hidden class, another theme, another view."""
    session, means = person.pane.session, person.pane.session.bundle.latents.mean
    session.pin(means[3], "here")
    session.draw(Route(tuple(map(float, means[4])), tuple(map(float, means[50])), "spherical", 12))
    session.select(np.arange(len(means)) % 5 == 0)
    session.hide(frozenset({2}))
    person.window.workbench.choose_theme("light")
    person.pane.layer_panel.show_usual("Density", True, 0.5)
    person.pane.canvas.zoom(2.0)
    person.pane.prober.go_to(means[8])
    person.wait_until(lambda: person.pane.settled)


@pytest.fixture
def moved(small_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_bundle, tmp_path / "models" / "moved"))


def test_all_of_it_is_there_again_to_the_pixel(saving, small_bundle, tmp_path):
    person, file = saving(small_bundle), tmp_path / "mine.latent.json"
    made(person)
    before, state = person.exported("map", tmp_path / "before.png", MAP), person.pane.session.state
    view, chosen = person.canvas.view, person.pane.prober.probe.z
    assert person.sessions.save_to(file)
    person.window.workbench.choose_theme("dark")
    person.pane.session.delete_pins([0])
    person.pane.session.hide(frozenset())
    person.pane.session.select(None)
    person.pane.session.draw(None)
    person.canvas.fit()
    person.pane.layer_panel.show_usual("Density", False, 0.7)
    person.sessions._saved = None  # as if it were another launch: nothing is asked
    person.open_session(file)
    again = person.pane.session.state
    assert (again.pins, again.route, again.hidden, again.chosen) == (
        state.pins,
        state.route,
        state.hidden,
        state.chosen,
    )
    np.testing.assert_array_equal(again.selection.chosen, state.selection.chosen)
    assert person.canvas.view == view
    np.testing.assert_array_equal(person.pane.prober.probe.z, chosen)
    np.testing.assert_array_equal(person.exported("map", tmp_path / "after.png", MAP), before)
    assert not person.sessions.unsaved


def test_two_maps_through_their_charts_are_there_again(saving, small_bundle, wide_bundle, tmp_path):
    person, file = saving(small_bundle, 1100, 600), tmp_path / "two.latent.json"
    bench = person.window.workbench
    bench.open_beside(wide_bundle)
    second = bench.panes[1]
    person.wait_until(lambda: second.ready)
    second.see_through(ChartSpec("principal"))
    person.wait_until(lambda: not second.charting.busy and second.bundle.spec == ChartSpec("principal"))
    second.canvas.zoom(3.0)
    second.session.pin(second.bundle.latents.mean[0], "far")
    assert person.sessions.save_to(file)
    view = second.canvas.view
    bench.close_pane(second)
    person.sessions._saved = None
    person.open_session(file)
    assert [pane.bundle.name for pane in bench.panes] == ["small", "wide"]
    assert bench.active is bench.panes[1]
    assert bench.panes[1].session.state.chart == ChartSpec("principal")
    assert bench.panes[1].session.state.pins[0].name == "far"
    shown = bench.panes[1].canvas.view
    assert (shown.u, shown.v) == (view.u, view.v)
    assert shown.scale == pytest.approx(view.scale, rel=0.1)  # the axes may be wider
    bench.close_pane(bench.panes[1])


def test_a_bundle_that_was_moved_is_asked_for_and_found(saving, moved, wide_bundle, tmp_path, monkeypatch):
    person, file = saving(moved), tmp_path / "mine.latent.json"
    made(person)
    pins = person.pane.session.state.pins
    assert person.sessions.save_to(file)
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.name == "wide")
    elsewhere = tmp_path / "elsewhere" / "renamed"
    elsewhere.parent.mkdir()
    moved.rename(elsewhere)
    person.sessions._saved = None
    person.window.workbench.choose_theme("dark")
    person.open_session(file)
    banner = person.window.workbench.banner
    assert "The model moved of this session is not where it was" in banner.text
    assert not person.window.workbench.theme.dark  # what is there of it is shown
    answers: list = []
    monkeypatch.setattr(showing, "ask_path", lambda parent, title, start, chosen, files="": answers.append(chosen))
    person.press_button(banner.buttons["Find it…"])
    answers[0](str(tmp_path))
    assert "is no model" in banner.text
    person.press_button(banner.buttons["Find it…"])
    answers[1](str(elsewhere))
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.folder == elsewhere)
    assert person.pane.session.state.pins == pins


def test_of_a_bundle_that_has_changed_what_fits_is_shown_and_the_rest_is_said(saving, moved, make_bundle, tmp_path):
    person, file = saving(moved), tmp_path / "mine.latent.json"
    made(person)
    pins = person.pane.session.state.pins
    assert person.sessions.save_to(file)
    shutil.rmtree(moved)
    shutil.copytree(make_bundle("other", count=90), moved)
    person.sessions._saved = None
    person.open_session(file)
    banner = person.window.workbench.banner
    assert "moved has changed since the session was saved (its latents)" in banner._sentence
    assert "What still fits is shown" in banner._sentence
    assert "the selection, which is of 120 images" in banner.message
    assert person.pane.session.state.pins == pins
    assert person.pane.session.state.selection is None
    assert "Find the original…" in banner.buttons


def test_of_a_last_session_that_does_not_fit_any_more_nothing_is_asked(saving, moved, make_bundle):
    person = saving(moved)
    sessions = person.sessions
    made(person)
    sessions.toggle_restoring()
    sessions.end()
    shutil.rmtree(moved)
    shutil.copytree(make_bundle("other", count=90), moved)
    shown: list[bool] = []
    sessions.opened.connect(lambda: shown.append(True))
    assert sessions.open_last()
    person.wait_until(lambda: bool(shown))
    assert "left out" in person.window.workbench.banner.message
    person.pane.session.pin(person.pane.session.bundle.latents.mean[0])
    assert not sessions.unsaved  # there is no file to save it in
    assert sessions.may_close()


def test_unsaved_changes_are_asked_about_once_and_only_where_there_is_a_file(saving, small_bundle, tmp_path):
    person, file = saving(small_bundle), tmp_path / "mine.latent.json"
    person.pane.session.pin(np.zeros(2), "before")
    assert not person.sessions.unsaved  # nothing was opened or saved
    assert person.sessions.save_to(file)
    person.canvas.zoom(2.0)
    assert not person.sessions.unsaved  # where one looks is no work
    person.pane.session.pin(np.ones(2), "after")
    assert person.sessions.unsaved
    person.window.close()
    question = person.sessions.question
    assert question is not None
    assert "mine.latent.json has changes that are not saved" in question.text()
    person.press_button(question.button(QMessageBox.StandardButton.Cancel))
    assert person.window.isVisible()
    person.window.close()
    person.press_button(person.sessions.question.button(QMessageBox.StandardButton.Save))
    person.wait_until(lambda: not person.window.isVisible())
    assert [pin["name"] for pin in json.loads(file.read_bytes())["maps"][0]["pins"]] == ["before", "after"]


def test_ctrl_s_asks_for_a_name_once(saving, small_bundle, tmp_path):
    person = saving(small_bundle)
    person.shortcut("Ctrl+S")
    chooser = next(each for each in person.window.findChildren(QFileDialog))
    assert chooser.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    chooser.fileSelected.emit(str(tmp_path / "mine.latent.json"))
    chooser.reject()
    before = (tmp_path / "mine.latent.json").read_bytes()
    person.pane.session.pin(np.zeros(2), "one more")
    person.window.activateWindow()
    person.wait_until(person.window.isActiveWindow)
    person.shortcut("Ctrl+S")
    assert (tmp_path / "mine.latent.json").read_bytes() != before
    assert "Saved mine.latent.json" in person.window.statusBar().currentMessage()


def test_a_folder_that_cannot_be_written_is_said(saving, small_bundle, tmp_path):
    person = saving(small_bundle)
    (tmp_path / "file").write_text("")
    assert not person.sessions.save_to(tmp_path / "file" / "mine.latent.json")
    assert "The session was not saved" in person.window.workbench.banner.text
    assert person.sessions.file is None


def test_a_session_is_dropped_and_what_is_none_is_said(saving, small_bundle, tmp_path):
    person, file = saving(small_bundle), tmp_path / "mine.latent.json"
    person.pane.session.pin(np.zeros(2), "dropped")
    assert person.sessions.save_to(file)
    person.pane.session.delete_pins([0])
    person.sessions._saved = None
    drop(person, dragged(file))
    person.wait_until(lambda: bool(person.pane.session.state.pins) and person.pane.ready)
    file.write_text(file.read_text()[:-40])
    person.sessions.open_file(file)
    person.wait_until(lambda: "The session was not opened" in person.window.workbench.banner.text)
    assert "mine.latent.json" in person.window.workbench.banner.text


def test_the_last_session_is_there_at_the_next_launch_where_that_is_wanted(saving, small_bundle, qapp, monkeypatch):
    from latent_explorer.engine.process import ThreadEngine
    from latent_explorer.gui import app

    person = saving(small_bundle)
    bench = person.window.workbench
    settings = bench.settings
    assert not bench.sessions.restores
    bench.sessions.toggle_restoring()
    made(person)
    view = person.canvas.view
    person.window.close()
    monkeypatch.setattr(app, "Settings", lambda: settings)
    assert settings.get(AtLaunch).restore
    window = open_window(start_engine=ThreadEngine)
    try:
        later = SavingPerson(window)
        window.show()
        later.wait_until(lambda: later.pane.session is not None and later.pane.settled)
        assert later.pane.session.state.pins[0].name == "here"
        assert (later.canvas.view.u, later.canvas.view.v) == (view.u, view.v)
        assert later.pane.session.state.selection.count == 24
        assert not later.sessions.unsaved
    finally:
        close_for_good(window)
    settings.on_change = lambda: None  # that of a window that is gone
    settings.change(AtLaunch, restore=False)
    plain = open_window(start_engine=ThreadEngine)
    try:
        later = SavingPerson(plain)
        later.wait_until(lambda: later.pane.ready)
        assert later.pane.session.state.selection is None  # as ever: the last model, with its pins and its path
        assert later.pane.session.state.pins[0].name == "here"
    finally:
        close_for_good(plain)


def test_a_map_on_the_chart_that_its_bundle_brings_along_is_there_again_on_it(saving, wide_bundle, tmp_path):
    """What a bundle opens with is no choice of a person's, and is not the same for all bundles."""
    folder, file = tmp_path / "brings", tmp_path / "mine.latent.json"
    shutil.copytree(wide_bundle, folder)
    add_fits(folder, {"tsne": {"points": np.random.default_rng(0).standard_normal((120, 2)).astype(np.float32)}})
    person = saving(folder)
    chart, uv = person.pane.bundle.chart_text, person.pane.bundle.uv
    assert chart == "tsne"
    assert person.sessions.save_to(file)
    person.open_session(file)
    assert person.pane.bundle.chart_text == chart
    np.testing.assert_array_equal(person.pane.bundle.uv, uv)
    assert person.pane.session.state.chart is None
    assert not person.sessions.unsaved
