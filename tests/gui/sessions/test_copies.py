"""Copy as command and Copy as Python, where a person finds them; what cannot be copied is said."""

import shlex

import numpy as np
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QApplication, QMenu

from tests.gui.sessions.conftest import SavingPerson


def menu_of(person: SavingPerson, title: str) -> dict[str, object]:
    menu = next(each for each in person.window.findChildren(QMenu) if each.title() == title)
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def pop_up(person: SavingPerson) -> dict[str, object]:
    """The entries of the menu that has just been opened, submenus by their title and entry."""
    menu = QApplication.activePopupWidget()
    found = {}
    for action in menu.actions():
        if (inner := action.menu()) is not None:
            inner.aboutToShow.emit()
            found |= {f"{action.text()} ▸ {each.text()}": each for each in inner.actions()}
        found[action.text()] = action
    return found


def copied() -> str:
    return QApplication.clipboard().text()


def test_the_edit_menu_copies_each_thing_both_ways(saving, small_bundle):
    person = saving(small_bundle)
    menu_of(person, "Copy as command")["Map"].trigger()
    assert copied().startswith("latent-explorer export map --model ")
    assert "--as-shown" in copied()
    assert "Copied the map as a command" in person.window.statusBar().currentMessage()
    menu_of(person, "Copy as Python")["Grid of the region seen"].trigger()
    assert "latent_explorer.replay(\n    'grid'," in copied()
    menu_of(person, "Copy as command")["Latents"].trigger()
    assert shlex.split(copied().replace("\\\n", " "))[1:3] == ["export", "latents"]
    QApplication.clipboard().clear()
    menu_of(person, "Copy as command")["Filmstrip"].trigger()
    assert not copied()
    assert "There is no filmstrip" in person.window.workbench.banner.text


def test_the_right_button_offers_it_on_the_map_the_picture_and_the_filmstrip(saving, small_bundle):
    person = saving(small_bundle)
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.probe is not None)
    person.pane.menus.open_on_map(person.canvas.rect().center().toPointF(), QPoint(5, 5))
    on_map = pop_up(person)
    assert {"Copy as command ▸ Map", "Copy as command ▸ Grid", "Copy as Python ▸ Map"} <= on_map.keys()
    on_map["Copy as Python ▸ Map"].trigger()
    assert "as_shown=True" in copied()
    QApplication.activePopupWidget().close()
    person.pane.inspector.picture.menu_wanted.emit(QPoint(5, 5))
    pop_up(person)["Copy picture as command"].trigger()
    z = person.pane.prober.probe.z
    words = shlex.split(copied().replace("\\\n", " "))
    np.testing.assert_array_equal(np.array(words[words.index("--at") + 1].split(","), np.float32), z)
    QApplication.activePopupWidget().close()
    person.drag(person.point(-2.5, 0), person.point(2.5, 0.3), 0.1)
    person.wait_until(lambda: len(person.pane.filmstrip.frames) > 0)
    person.pane.menus.open_on_frame(2, QPoint(5, 5))
    pop_up(person)["Copy filmstrip as Python"].trigger()
    assert "replay(\n    'filmstrip'," in copied()
    QApplication.activePopupWidget().close()


def test_a_selection_too_large_for_a_command_is_named_by_its_session(saving, make_bundle, call, tmp_path):
    person = saving(make_bundle("many", count=4000))
    person.pane.session.select(np.random.default_rng(0).random(4000) < 0.5)
    QApplication.clipboard().clear()
    menu_of(person, "Copy as command")["Map"].trigger()
    assert not copied()
    assert "save the session first (Ctrl+S)" in person.window.workbench.banner.text
    assert person.sessions.save_to(tmp_path / "mine.latent.json")
    menu_of(person, "Copy as command")["Map"].trigger()
    words = shlex.split(copied().replace("\\\n", " "))[1:]
    assert words[:4] == ["export", "--session", str(tmp_path / "mine.latent.json"), "map"]
    call(*words[: words.index("--out")], "--out", tmp_path / "map.png")
    person.canvas.zoom(2.0)  # which the file does not have
    person.window.workbench.banner.clear()
    menu_of(person, "Copy as command")["Map"].trigger()
    assert "save the session first" in person.window.workbench.banner.text


def test_a_map_in_colours_learned_from_labels_is_not_copied_and_a_session_of_it_says_what_is_lacking(
    saving, small_bundle, call, tmp_path
):
    person = saving(small_bundle)
    bench, pane = person.window.workbench, person.pane
    study, label = bench.show_study("few-labels"), pane.session.bundle.latents.label
    for number in range(12):
        study.label((number,), int(label[number]))
    study.view.colour.setChecked(True)
    person.wait_until(
        lambda: pane.colourer.colouring.name == "learned" and pane.layers.by_title["Learned classes"].visible
    )
    for way in ("Copy as command", "Copy as Python"):
        QApplication.clipboard().clear()
        bench.banner.clear()
        menu_of(person, way)["Map"].trigger()
        assert not copied()
        assert "by labels given in Few labels and the layer Learned classes" in bench.banner.text
    menu_of(person, "Copy as command")["Grid of the region seen"].trigger()
    assert copied().startswith("latent-explorer export grid")
    assert person.sessions.save_to(tmp_path / "mine.latent.json")
    told = call("export", "--session", tmp_path / "mine.latent.json", "map", "--out", tmp_path / "map.png")
    assert "is drawn without the colours that its points have by labels" in told
    pane.colourer.choose("class")
    pane.layers.put("Learned classes", False, 1.0)
    bench.banner.clear()
    menu_of(person, "Copy as command")["Map"].trigger()
    assert "--as-shown" in copied()
