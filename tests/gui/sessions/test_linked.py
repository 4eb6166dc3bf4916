"""Two linked maps in a session: the anchors in their order, translators of the same arrays, nothing to undo."""

import json
import shutil
from pathlib import Path

import numpy as np

from latent_explorer.gui.sessions import showing
from latent_explorer.gui.settings import AtLaunch
from latent_explorer.session.alignment import AlignmentState
from tests.gui.sessions.conftest import ANCHORS, SavingPerson, beside, fitted, link


def changed(file: Path, **alignment: object) -> Path:
    """The session's file with another link in it."""
    content = json.loads(file.read_bytes())
    content["alignment"] |= alignment
    file.write_text(json.dumps(content))
    return file


def test_the_link_is_there_again_just_as_it_was(linked, tmp_path):
    file, before = tmp_path / "two.latent.json", fitted(linked)
    assert linked.sessions.save_to(file)
    link(linked).alignment.delete([0, 1])
    assert linked.sessions.unsaved
    link(linked).alignment.undo()
    assert not linked.sessions.unsaved
    link(linked).alignment.choose("affine")
    link(linked).alignment.add(1, 1)
    linked.sessions._saved = None
    linked.open_session(file)
    alignment = link(linked).alignment
    assert alignment.state == AlignmentState(ANCHORS, "ridge")
    assert not alignment.changes.last
    after = fitted(linked)
    for one, other in ((before.forth, after.forth), (before.back, after.back)):
        assert one.arrays.keys() == other.arrays.keys()
        for name, array in one.arrays.items():
            np.testing.assert_array_equal(other.arrays[name], array)
    np.testing.assert_array_equal(after.leave_one_out, before.leave_one_out)
    assert not linked.sessions.unsaved
    alignment.add(1, 1)
    assert linked.sessions.unsaved


def test_maps_that_are_not_linked_stay_so_and_keep_their_anchors(linked, tmp_path):
    file, linking = tmp_path / "two.latent.json", linked.window.workbench.linking
    linking.let_travel(frozenset({"paths", "view"}))
    linking.toggle()
    assert linked.sessions.save_to(file)
    linking.toggle()
    linking.let_travel(frozenset({"pointer"}))
    link(linked).alignment.delete([0])
    linked.sessions._saved = None
    linked.open_session(file)
    assert link(linked) is None
    assert linking.travels == {"paths", "view"}
    assert not linked.sessions.unsaved
    linking.toggle()
    assert link(linked).alignment.state.anchors == ANCHORS


def test_of_a_link_that_does_not_fit_the_rest_is_shown_and_it_is_said(linked, tmp_path):
    file = tmp_path / "two.latent.json"
    assert linked.sessions.save_to(file)
    anchors = [[4, 0], [4, 1], [0, 2], [-1, 3], [2, 10**30], [1, 0]]
    linked.sessions._saved = None
    linked.open_session(changed(file, anchors=anchors, translator="magic"))
    assert link(linked).alignment.state == AlignmentState(((4, 0), (0, 2)), "affine")
    told = linked.window.workbench.banner.message
    assert "2 anchors of images that are not there; 2 anchors of images that have one already" in told
    assert "the translator 'magic', which is none of this program" in told
    linked.open_session(changed(file, anchors=[["x", 1]]))
    assert "this does not fit and is left out: the anchors (Expected `int`" in linked.window.workbench.banner.message
    assert len(linked.window.workbench.panes) == 2
    assert not linked.sessions.unsaved


def test_a_session_that_knows_no_link_leaves_the_anchors_that_are_kept(linked, tmp_path):
    file = tmp_path / "two.latent.json"
    assert linked.sessions.save_to(file)
    content = json.loads(file.read_bytes())
    del content["alignment"]
    file.write_text(json.dumps(content))
    linked.sessions._saved = None
    linked.open_session(file)
    assert link(linked).alignment.state.anchors == ANCHORS
    assert not linked.sessions.unsaved


def test_a_second_map_that_was_moved_is_found_and_the_anchors_with_it(
    saving, small_bundle, wide_bundle, tmp_path, monkeypatch
):
    moved = Path(shutil.copytree(wide_bundle, tmp_path / "models" / "moved"))
    person, file = saving(small_bundle, 1100, 600), tmp_path / "two.latent.json"
    beside(person, moved)
    link(person).alignment.replace(ANCHORS)
    assert person.sessions.save_to(file)
    bench = person.window.workbench
    bench.close_pane(bench.panes[1])
    elsewhere = tmp_path / "elsewhere" / "renamed"
    elsewhere.parent.mkdir()
    moved.rename(elsewhere)
    person.sessions._saved = None
    person.open_session(file)
    assert "The model moved of this session is not where it was" in bench.banner.text
    assert link(person) is None
    answers: list = []
    monkeypatch.setattr(showing, "ask_path", lambda parent, title, start, chosen, files="": answers.append(chosen))
    person.press_button(bench.banner.buttons["Find it…"])
    answers[0](str(elsewhere))
    person.wait_until(lambda: link(person) is not None and not link(person).alignment.changes.last)
    assert link(person).alignment.state.anchors == ANCHORS


def test_it_is_there_at_the_next_launch_by_the_last_session_or_by_its_bundles(
    new_window, small_bundle, wide_bundle, tmp_path
):
    first = SavingPerson(new_window(small_bundle).window)
    beside(first, wide_bundle)
    link(first).alignment.replace(ANCHORS)
    first.window.workbench.settings.put(AtLaunch(restore=True))
    first.window.close()
    second = SavingPerson(new_window(None).window)
    assert second.sessions.open_last()
    second.wait_until(lambda: link(second) is not None and link(second).alignment.state.anchors == ANCHORS)
    assert not second.sessions.unsaved
    fitted(second)
    second.window.close()
    third = SavingPerson(new_window(wide_bundle).window)
    beside(third, small_bundle)
    assert link(third).alignment.state.anchors == tuple((target, source) for source, target in ANCHORS)
    fitted(third)
