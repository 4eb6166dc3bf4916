"""A path along two curves, by mouse, dialogs and files: drawn, compared, exported, saved, opened, drawn once more."""

import shlex

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt

from latent_explorer.export import read_provenance
from latent_explorer.export.rows import line_height
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.panels.filmstrip import COMPARED, FIRST
from latent_explorer.session import Route
from tests.gui.sessions.conftest import pixels
from tests.gui.sessions.test_replays import called_by, from_dialog

STRIP = Choices("strip", scale=2)
KINDS = {
    "strip.png": STRIP,
    "film.gif": Choices("gif", scale=2, ping_pong=True),
    "film.webp": Choices("webp", pairs="beside"),
    "film.mp4": Choices("mp4", scale=2),
    "first.png": Choices("strip", pairs="alone"),
    "arrays.npz": Choices("npz"),
    "frames": Choices("frames"),
}


@pytest.fixture
def walked(saving, small_bundle):
    """A person who has clicked a path through three places, and chosen to see the geodesic beside the straight line."""
    person = saving(small_bundle, 1000, 700)
    person.choose("Path")
    for place in ((-2.0, 3.0), (0.0, 0.5), (2.0, 3.0)):
        person.click(person.point(*place))
    person.key(Qt.Key.Key_Return)
    strip = person.pane.filmstrip
    choose(person, strip._count, 12)
    choose(person, strip._curve, "geodesic")
    choose(person, strip._compare, "straight")
    settle(person)
    return person


def choose(person, box, value) -> None:
    """Choose a value in one of the filmstrip's boxes by keys."""
    box.setFocus()
    if hasattr(box, "findData"):
        person.wait(0.01)
        while box.currentData() != value:
            person.key(Qt.Key.Key_Down if box.findData(value) > box.currentIndex() else Qt.Key.Key_Up, on=box)
    else:
        box.setValue(value)
        person.key(Qt.Key.Key_Return, on=box)


def settle(person) -> None:
    frames = person.pane.path_frames
    person.wait_until(lambda: frames.settled and all(lane.walked for lane in frames._lanes.values()))


def test_both_curves_are_shown_with_their_figures_and_classes(walked):
    strip, frames, route = walked.pane.filmstrip, walked.pane.path_frames, walked.pane.session.state.route
    assert (route.curve, route.compare, route.easing, len(route.through)) == ("geodesic", "straight", "even", 1)
    assert [caption for caption, _ in strip.rows] == ["Geodesic", "Straight"]
    assert all(len(pictures) == 12 for _, pictures in strip.rows)
    assert walked.canvas.marks.compared is not None
    for name in (FIRST, COMPARED):
        row = strip.row(name)
        assert "largest step" in row.figures
        assert not row.waits
        assert len(row.band) == 12
    assert "straight" in strip.row(FIRST).figures
    assert strip.row(COMPARED).figures.startswith("length")
    assert strip.strip.words_at(strip.strip.rect().bottomLeft()).startswith("Frame ")
    assert "decoded" in strip.strip.words_at(strip.strip.rect().topLeft()) or "pixels" in strip.row(FIRST).tip
    steps = frames._lanes[FIRST].walked.figures.steps
    assert steps.max() <= 1.1 * steps.mean()


def test_until_a_curve_is_computed_the_straight_line_stands_in(walked):
    pane, strip = walked.pane, walked.pane.filmstrip
    pane.session.draw(Route((-2.0, 3.0), (2.0, 2.0), "geodesic", 9, "even"))
    lane = pane.path_frames._lanes[FIRST]
    assert lane.computing
    assert "computing the geodesic path" in strip.row(FIRST).waits
    np.testing.assert_allclose(pane.path_frames.latents, np.linspace([-2, 3], [2, 2], 9), atol=1e-5)
    assert [work.words for work in pane.path_frames.work] == ["Computing the geodesic path"]
    assert not pane.settled
    walked.window.workbench.exporter.export("filmstrip")
    assert walked.window.workbench.exporter.dialog is None
    assert "being computed" in walked.window.workbench.banner.message
    settle(walked)
    assert not strip.row(FIRST).waits
    assert pane.path_frames.latents is lane.walked.z


def test_what_was_refused_is_asked_for_once_more_when_the_engine_has_the_model_again(walked):
    lane = walked.pane.path_frames._lanes[FIRST]
    lane.walked, lane.refused = None, "the engine did not answer"
    walked.pane.ask_again()
    settle(walked)
    assert lane.walked is not None
    assert not lane.refused


def test_both_rows_are_exported_in_every_format(walked, tmp_path):
    session = walked.pane.session
    side = session.bundle.config.net.image_shape[0]
    for name, choices in KINDS.items():
        walked.export("filmstrip", tmp_path / name, choices)
    strip = pixels(tmp_path / "strip.png")[0]
    line = line_height(2 * side)
    assert strip.shape[0] == 2 * (2 * side + line)
    assert (strip[:line] < 128).any()
    assert not np.array_equal(strip[line : line + 2 * side], strip[2 * line + 2 * side :])
    assert pixels(tmp_path / "first.png").shape[1] == side
    with Image.open(tmp_path / "film.gif") as film:
        assert film.height == 2 * (2 * side + line)
    said = read_provenance(tmp_path / "film.webp").extra
    assert (said["curve"], said["compare"], said["easing"]) == ("geodesic", "straight", "even")
    assert said["through"]
    with np.load(tmp_path / "arrays.npz") as arrays:
        np.testing.assert_array_equal(arrays["latents"], walked.pane.path_frames.latents)
        np.testing.assert_array_equal(arrays["compared_latents"], walked.pane.path_frames.compared)
        assert arrays["compared_pictures"].shape == arrays["pictures"].shape
    assert len(list((tmp_path / "frames").iterdir())) == 12


def test_a_frame_is_exported_with_that_below_it(walked, tmp_path):
    side = walked.pane.session.bundle.config.net.image_shape[0]
    bench = walked.window.workbench
    bench.exporter.export("frame", 3)
    dialog = bench.exporter.dialog
    subject = dialog.subject
    known, choices = dialog.form.known, dialog.form.choices
    assert subject.shape(known, choices)[:3] == (1, 2, 1)
    assert "pixels" in dialog.caption.text()
    assert subject.provenance(choices).extra["frame"] == "4 of 12"
    dialog.destination.folder.setText(str(tmp_path))
    dialog.destination.name.setText("still.png")
    dialog.destination.name.setModified(True)
    walked.press_button(dialog.footer.export)
    walked.wait_until((tmp_path / "still.png").exists)
    scale = choices.scale
    assert pixels(tmp_path / "still.png").shape[1] == 2 * (side * scale + line_height(side * scale))


def test_the_session_the_command_and_python_draw_the_same(walked, call, tmp_path):
    bench = walked.window.workbench
    exported = walked.exported("filmstrip", tmp_path / "window.png", STRIP)
    session = tmp_path / "a.latent.json"
    assert walked.sessions.save_to(session)
    words = shlex.split(bench.copies.text("filmstrip", False).replace("\\\n", " "))
    assert words[words.index("--compare") + 1] == "straight"
    assert words.count("--through") == 1
    call(*words[1 : words.index("--out")], "--out", tmp_path / "command.png")
    call("export", "--session", session, "filmstrip", *from_dialog(words[1:]), "--out", tmp_path / "session.png")
    assert called_by(bench.copies.text("filmstrip", True)) == words[1:]
    for way in ("command", "session"):
        np.testing.assert_array_equal(pixels(tmp_path / f"{way}.png"), exported, err_msg=way)


def test_the_map_is_drawn_with_both_curves_from_the_session_and_the_command(walked, call, tmp_path):
    bench, canvas = walked.window.workbench, walked.canvas
    exported = walked.exported("map", tmp_path / "window.png", Choices("png", zoom=1.0))
    canvas.mark(compared=None)
    assert not np.array_equal(walked.exported("map", tmp_path / "without.png", Choices("png", zoom=1.0)), exported)
    walked.pane.path_frames.show_places()
    assert canvas.marks.frame is not None
    session = tmp_path / "a.latent.json"
    assert walked.sessions.save_to(session)
    words = shlex.split(bench.copies.text("map", False).replace("\\\n", " "))
    call(*words[1 : words.index("--out")], "--out", tmp_path / "command.png")
    call("export", "--session", session, "map", "--zoom", "1", "--out", tmp_path / "session.png")
    for way in ("command", "session"):
        np.testing.assert_array_equal(pixels(tmp_path / f"{way}.png"), exported, err_msg=way)
    walked.export("map", tmp_path / "map.svg", Choices("svg"))
    accent = walked.pane.theme.accent
    assert (tmp_path / "map.svg").read_text().count(f'stroke="{accent}"') > 10  # the dashes


def test_a_saved_session_is_opened_with_both_curves(walked, tmp_path):
    session = tmp_path / "a.latent.json"
    assert walked.sessions.save_to(session)
    before, latents = walked.pane.session.state, walked.pane.path_frames.latents
    walked.pane.clear_route()
    walked.sessions._saved = None
    walked.open_session(session)
    settle(walked)
    assert walked.pane.session.state == before
    np.testing.assert_array_equal(walked.pane.path_frames.latents, latents)
    assert [caption for caption, _ in walked.pane.filmstrip.rows] == ["Geodesic", "Straight"]
