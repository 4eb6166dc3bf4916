"""Points coloured by split, error or a field: of each its own value, hidden and selected as ever, and remembered."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QComboBox, QMenu

from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.fields import FIELDS, Field, layer_fields
from latent_explorer.gui.exports.scene import map_scene
from latent_explorer.gui.layers.point_colours import COLOURINGS, colourings, shading
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.settings import PointLook
from latent_explorer.gui.theme import DARK, LIGHT
from latent_explorer.gui.widgets.actions import fill_menu
from latent_explorer.gui.widgets.choices import is_offered
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.points.index import PointIndex


def bundle(**latents: Any) -> Any:
    return SimpleNamespace(class_names=("a", "b"), latents=SimpleNamespace(**latents))


def test_every_field_that_is_a_layer_is_offered_one_of_a_plugin_too() -> None:
    assert list(colourings())[:3] == ["class", "split", "error"]
    assert set(colourings()) == {*COLOURINGS, *(field.name for field in layer_fields() if not field.fleeting)}
    added = Field(name="added", title="Added", sentence="", evaluate=lambda at, z: z[:, 0])
    FIELDS.register(added)
    try:
        assert colourings()["added"].field == "added"
    finally:
        del FIELDS._things["added"]
    assert colourings()["error"].field == ""  # the images' own errors, not those interpolated around them


def test_high_values_are_bright_and_those_not_known_yet_are_grey() -> None:
    values = np.array([np.nan, 0.0, 0.5, 1.0])
    for theme in (DARK, LIGHT):
        found = shading(colourings()["density"], values, bundle(), theme)
        colours = [QColor(int(found.colours[shade])) for shade in found.shade]
        assert colours[0] == QColor(theme.line)
        lightness = [colour.lightnessF() for colour in colours[1:]]
        assert lightness == sorted(lightness)
        assert found.scale.words == ("0.01", "0.5", "0.99")  # from the first to the last hundredth
        assert [found.word(index) for index in (0, 3)] == ["…", f"1 {colourings()['density'].unit}"]
    nothing = shading(colourings()["density"], np.full(3, np.nan), bundle(), DARK)
    assert not nothing.shade.any()


def test_confidence_has_the_same_scale_on_every_map_and_asks_for_a_classifier() -> None:
    colouring, sure = COLOURINGS["confidence"], bundle(confidence=np.array([0.25, 0.75], np.float32))
    assert "no classifier" in colouring.lacks(bundle(confidence=None))
    assert not colouring.lacks(sure)
    found = shading(colouring, colouring.known(sure.latents), sure, DARK)
    assert found.scale.words == ("0", "0.5", "1")
    assert [found.word(index) for index in (0, 1)] == ["0.25", "0.75"]
    assert found.shade[0] < found.shade[1]


def test_splits_have_a_colour_and_a_name_each() -> None:
    found = shading(colourings()["split"], np.array([0, 1, 1, 0]), bundle(), DARK)
    assert [found.word(index) for index in range(3)] == ["training", "test", "test"]
    assert found.scale.words == ("training", "", "test")
    assert len({int(found.colours[shade]) for shade in found.shade}) == 2


@pytest.mark.parametrize("count", [300, 250_000])
def test_a_dot_has_the_value_of_the_point_in_whose_place_it_is_drawn(count: int) -> None:
    uv = np.random.default_rng(0).normal(0, 1, (count, 2)).astype(np.float32)
    index = PointIndex(uv, np.zeros(count, np.uint16))
    for level, values in zip(index.levels, index.at_levels(uv[:, 0]), strict=True):
        assert (values == level.u).all()


def layer_of(values: np.ndarray, hidden: frozenset[int] = frozenset()) -> PointLayer:
    layer = PointLayer()
    uv = np.column_stack([np.linspace(-1, 1, len(values)), np.zeros(len(values))]).astype(np.float32)
    label = np.arange(len(values)) % 2
    layer.show(uv, label, 2, hidden, DARK)
    layer.shade(shading(colourings()["error"], values, bundle(), DARK))
    return layer


def drawn(layer: PointLayer) -> list[tuple[int, ...]]:
    """The colours on the map, (red, green, blue)."""
    pixels = np.unique(layer._splat(View(0, 0, 100, 300, 40), 1.0)).astype(np.int64)
    pixels = pixels[pixels > 0]
    parts = np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], -1) * 255 / (pixels >> 24)[:, None]
    return [tuple(each) for each in parts.round().astype(int).tolist()]


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 3


def test_each_point_is_drawn_in_its_colour_and_one_of_a_hidden_class_is_not() -> None:
    values = np.array([0.01, 0.02, 0.04, 0.08])
    layer = layer_of(values)
    expected = [layer.colour(number).getRgb()[:3] for number in range(4)]
    assert len(set(expected)) == len(drawn(layer)) == 4
    assert all(any(near(one, other) for other in drawn(layer)) for one in expected)
    assert len(drawn(layer_of(values, frozenset({1})))) == 2
    layer.shade(None)
    assert len(drawn(layer)) == 2  # by class again


def test_points_that_are_not_selected_are_grey() -> None:
    layer = layer_of(np.array([0.01, 0.02, 0.04, 0.08]))
    layer.select(np.array([True, False, False, False]))
    grey = QColor(DARK.line).getRgb()[:3]
    assert sum(not near(one, grey) for one in drawn(layer)) == 1


def box(person: Person) -> QComboBox:
    return person.window.pane.layer_panel.findChild(QComboBox)


def test_the_engine_is_asked_once_for_the_values_at_all_points(person: Person) -> None:
    pane, window = person.window.pane, person.window
    before = person.map_at_rest()
    try:
        box(person).activated.emit(box(person).findText("Colour by density"))
        assert pane.colourer.work
        person.wait_until(lambda: not pane.colourer.work and (pane.points.shading.shade > 0).all())
        assert person.map_at_rest() != before
        assert pane.points.scale.title == "Points: density"
        assert "density" in pane.legend.note.text()
        assert box(person).currentText() == "Colour by density"
        values = pane.colourer._values["density"]
        pane.colourer.choose("class")
        assert pane.points.shading is None
        pane.colourer.choose("density")
        assert not pane.colourer.work
        assert pane.colourer._values["density"] is values
        person.move(person.point(*pane.bundle.uv[0]))
        person.wait_until(
            lambda: any(line.startswith("Nearest point: density") for line in pane.inspector.values.lines)
        )
        window.workbench.choose_theme("light")
        assert (pane.points.shading.shade > 0).all()
        assert not {group.name for group in map_scene(pane.canvas, pane.session, legend=True).groups} - {""}
    finally:
        window.workbench.choose_theme("dark")
        pane.colourer.choose("class")


def test_what_is_given_up_is_no_longer_asked_for(new_window, small_bundle, silent_engine) -> None:
    person = new_window(None, silent_engine)
    person.window.workbench.open(small_bundle)
    person.wait_until(lambda: person.pane.bundle is not None)
    colourer, queue = person.pane.colourer, person.pane.client._queue

    def wanted() -> int:
        return sum(len(topic.wants) for topic in queue.topics if topic.name == "colours") + sum(
            batch.topic.name == "colours" for batch in queue.asked.values()
        )

    colourer.choose("stretch")
    assert colourer.work == (Work("Computing the stretch of all points", 0.0),)
    assert wanted()
    colourer.choose("split")
    assert not wanted()
    assert person.pane.points.shading.title == "Split"
    person.pane.colourer.choose("class")


def test_the_choice_is_remembered_and_one_that_is_not_possible_is_by_class(
    new_window, make_bundle, small_bundle
) -> None:
    first = new_window(small_bundle)
    menu = QMenu()
    fill_menu(menu, first.window.menus._point_colours(), menu)
    next(action for action in menu.actions() if action.text() == "Split").trigger()
    first.window.close()
    second = new_window(small_bundle)
    assert second.pane.points.shading.title == "Split"
    assert box(second).currentText() == "Colour by split"
    second.window.workbench.settings.change(PointLook, colour="spread")  # an autoencoder has no variances
    second.pane.colourer.open(second.pane.bundle, second.pane.theme)
    assert second.pane.colourer.colouring.name == "class"
    second.window.workbench.settings.change(PointLook, colour="no such thing")
    assert second.pane.colourer.colouring.name == "class"


def test_keys_go_past_ways_that_the_model_lacks_something_for(person: Person) -> None:
    colours, colourer = box(person), person.window.pane.colourer
    lacking = [n for n in range(colours.count()) if not is_offered(colours, n)]
    assert "Colour by confidence" in map(colours.itemText, lacking)  # no classifier has judged these pictures
    tip = colours.itemData(colours.findData("learned"), Qt.ItemDataRole.ToolTipRole)
    assert "no classes have been learned" in tip
    try:
        met = {0}
        for _ in range(colours.count()):
            QTest.keyClick(colours, Qt.Key.Key_Down)
            met.add(colours.currentIndex())
        assert met == set(range(colours.count())) - set(lacking)
        colourer.give("learned", np.zeros(len(person.bundle.latents), np.uint8), ("one",))
        assert is_offered(colours, colours.findData("learned"))
        colourer.take_back("learned")
        assert not is_offered(colours, colours.findData("learned"))
    finally:
        colourer.choose("class")


def test_the_drawing_has_the_splits_in_its_legend(person: Person) -> None:
    pane = person.window.pane
    pane.colourer.choose("split")
    try:
        scene = map_scene(pane.canvas, pane.session, legend=True)
        assert [group.name for group in scene.listed] == ["training", "test"]
        assert sum(len(group.xy) for group in scene.groups) == len(pane.bundle.uv)
        hidden = replace(pane.session.state, hidden=frozenset({0}))
        pane.session._set(hidden)
        fewer = map_scene(pane.canvas, pane.session, legend=True)
        assert sum(len(group.xy) for group in fewer.groups) < len(pane.bundle.uv)
    finally:
        pane.session.hide(frozenset())
        pane.colourer.choose("class")
