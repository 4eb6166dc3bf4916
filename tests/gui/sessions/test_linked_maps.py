"""Maps of two that are linked, anchors and all: the same pixels from the window, and from the session's file."""

import shlex
from dataclasses import replace

import numpy as np
import pytest

from latent_explorer.errors import UserError
from latent_explorer.gui.exports.choices import Choices, remember
from tests.gui.sessions.conftest import fitted, link, pixels
from tests.gui.sessions.test_replays import called_by

MAP = Choices("png", zoom=1.0)
VIEWS = {
    "the source": (0, MAP, False),
    "the target, with images of the other": (1, MAP, True),
    "both": (0, replace(MAP, both=True), False),
    "both, the target active, finer": (1, replace(MAP, both=True, zoom=1.5), True),
}


def shown(person, side: int, *, translated: bool) -> None:
    """Turn to a map; show the other map's images on the target, or not."""
    bench = person.window.workbench
    bench.activate(bench.panes[side])
    title = next(t for t, layer in bench.panes[1].layers.by_title.items() if layer.spec.name == "translated")
    bench.panes[1].layer_panel.show_usual(title, translated, 0.8)
    person.wait_until(lambda: fitted(person).errors is not None and all(pane.settled for pane in bench.panes))
    person.wait_for_the_engine()


def test_they_are_drawn_once_more_with_their_anchors(linked, call, tmp_path):
    person, bench = linked, linked.window.workbench
    for name, (side, choices, translated) in VIEWS.items():
        shown(person, side, translated=translated)
        session = tmp_path / f"{name}.latent.json"
        assert person.sessions.save_to(session)
        exported = person.exported("map", tmp_path / f"{name} window.png", choices)
        words = shlex.split(bench.copies.text("map", False).replace("\\\n", " "))
        assert words[1:3] == ["export", "--session"]
        call(*_as_typed(words), "--out", tmp_path / f"{name} command.png")
        np.testing.assert_array_equal(pixels(tmp_path / f"{name} command.png"), exported, err_msg=name)
        assert called_by(bench.copies.text("map", True)) == words[1:], name
    marked = person.exported("map", tmp_path / "marked.png", MAP)
    link(person).alignment.replace(())
    person.wait_until(lambda: link(person).fit is None)
    assert (person.exported("map", tmp_path / "bare.png", MAP) != marked).any()


def _as_typed(words: list[str]) -> list[str]:
    return words[1 : words.index("--out")]


def test_both_lie_side_by_side_as_they_stand(linked, tmp_path):
    person, bench = linked, linked.window.workbench
    bench.linking.toggle()
    singles = []
    for side in (0, 1):
        bench.activate(bench.panes[side])
        singles.append(person.exported("map", tmp_path / f"{side}.png", MAP)[0])
    both = person.exported("map", tmp_path / "both.png", replace(MAP, both=True))[0]
    left, right = singles
    assert both.shape == (max(len(left), len(right)), left.shape[1] + 6 + right.shape[1], 3)
    np.testing.assert_array_equal(both[:, : left.shape[1]], left)
    np.testing.assert_array_equal(both[:, -right.shape[1] :], right)
    assert (both[:, left.shape[1] : left.shape[1] + 6] == both[0, left.shape[1]]).all()
    with pytest.raises(UserError, match=r"a command describes one map.*save the session first"):
        bench.copies.text("map", False)
    remember(bench.settings, "map", MAP)
    assert "--session" not in bench.copies.text("map", False)  # maps that are not linked tell nothing of each other


def test_one_map_is_not_offered_beside_another(saving, small_bundle, tmp_path):
    person = saving(small_bundle)
    bench = person.window.workbench
    bench.exporter.export("map")
    assert "both" not in {name for name, row in bench.exporter.dialog.form.rows.items() if row.editor.isVisible()}
    bench.exporter.dialog.abandon()
    before = person.exported("map", tmp_path / "one.png", replace(MAP, both=True))
    np.testing.assert_array_equal(before, person.exported("map", tmp_path / "two.png", MAP))


def test_a_closed_map_ends_the_export_of_both(linked):
    bench = linked.window.workbench
    remember(bench.settings, "map", replace(MAP, both=True))
    bench.exporter.export("map")
    assert bench.exporter.dialog is not None
    bench.close_pane(bench.panes[0])
    linked.wait_until(lambda: bench.exporter.dialog is None)


def test_both_are_asked_of_a_session_with_two(call, linked, small_bundle, tmp_path):
    told = call("export", "map", "--as-shown", "--model", small_bundle, "--both", "--out", tmp_path / "m.png", code=2)
    assert "goes with a session of two maps" in told
