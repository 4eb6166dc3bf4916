"""The legend of many classes, and of classes with odd names."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QTextDocument
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from latent_explorer.class_colours import PALETTES
from latent_explorer.gui.panels.legend import ClassRow, Legend
from latent_explorer.gui.settings import Appearance
from latent_explorer.gui.theme import DARK, LIGHT


def data(count: int) -> Any:
    names = tuple(f"species {number:04}" for number in range(count))
    latents = SimpleNamespace(draws=0)
    return SimpleNamespace(class_names=names, class_counts=np.arange(count), latents=latents, points="images")


@pytest.fixture
def legend(qapp: QApplication) -> Iterator[Legend]:
    made = Legend()
    made.resize(200, 300)
    made.show()
    yield made
    sip.delete(made)


def listed(legend: Legend) -> list[str]:
    return [row._name for row in legend.rows]


@pytest.mark.parametrize("count", [0, 10, 26, 47, 200, 1000])
def test_every_class_can_be_scrolled_to_and_has_room(legend: Legend, count: int) -> None:
    legend.set_bundle(data(count), LIGHT, frozenset())
    assert legend.search.isVisible() == (count > 12)
    bar = legend._scroll.verticalScrollBar()
    for _ in range(count // 50 + 1):
        QApplication.processEvents()
        bar.setValue(bar.maximum())
    assert len(legend.rows) == count
    assert all(row.height() >= row.fontMetrics().height() for row in legend.rows)
    assert [row.y() for row in legend.rows] == sorted({row.y() for row in legend.rows})


def test_a_thousand_rows_are_not_made_at_once(legend: Legend) -> None:
    legend.set_bundle(data(1000), LIGHT, frozenset())
    assert len(legend.rows) <= 200


def test_what_is_typed_searches_all_classes_and_another_theme_keeps_it(legend: Legend) -> None:
    legend.set_bundle(data(1000), LIGHT, frozenset({99}))
    legend.search.setText(" Species 099 ")
    assert listed(legend) == [f"species 099{digit}" for digit in range(10)]
    legend.set_bundle(data(1000), LIGHT, frozenset())
    assert len(legend.rows) == 10
    legend.search.setText("unicorn")
    assert listed(legend) == []
    legend.set_bundle(data(40), LIGHT, frozenset())
    assert len(legend.rows) == 40


def test_rows_further_down_know_that_their_class_is_hidden(legend: Legend) -> None:
    legend.set_bundle(data(400), LIGHT, frozenset())
    legend.show_hidden(frozenset({350}))
    legend.search.setText("0350")
    assert [row.shown for row in legend.rows] == [False]


def test_classes_that_share_a_colour_differ_by_mark(legend: Legend) -> None:
    legend.set_bundle(data(30), LIGHT, frozenset())
    assert [legend.rows[label]._mark for label in (0, 9, 10, 20)] == ["disc", "disc", "ring", "diamond"]
    assert "repeat" in legend.note.text()
    greys = LIGHT.with_classes(PALETTES["greys"])
    legend.set_bundle(data(10), greys, frozenset())
    assert [row._mark for row in legend.rows] == 5 * ["disc"] + 5 * ["ring"]
    legend.set_bundle(data(10), LIGHT, frozenset())
    assert not legend.note.isVisible()


def test_signals_of_a_row_are_the_legends(legend: Legend) -> None:
    told: list[tuple[str, int]] = []
    legend.toggled.connect(lambda label: told.append(("toggled", label)))
    legend.isolated.connect(lambda label: told.append(("isolated", label)))
    legend.select_wanted.connect(lambda label, _: told.append(("select", label)))
    legend.set_bundle(data(20), LIGHT, frozenset())
    QTest.mouseClick(legend.rows[3], Qt.MouseButton.LeftButton)
    QTest.mouseClick(legend.rows[4], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    legend.rows[5].actions()[0].trigger()
    assert told == [("toggled", 3), ("isolated", 4), ("select", 5)]


@pytest.mark.parametrize("name", ["cats & dogs", "<b>bold</b>", "<img src='file:///x'>", "&amp;", "שלום", "a\nb"])
def test_a_name_is_shown_as_it_is(qapp: QApplication, name: str) -> None:
    row = ClassRow(0, name, 3, QColor("red"))
    try:
        assert name.split("\n")[0].replace("&", "&&") in row.actions()[0].text()
        tip = QTextDocument()
        tip.setHtml(row.toolTip())
        assert Qt.mightBeRichText(row.toolTip())
        assert tip.toPlainText().startswith(f"Class {name}: 3 images")
        assert not row.grab().isNull()
    finally:
        sip.delete(row)


def test_a_long_name_leaves_room_for_the_count(qapp: QApplication) -> None:
    """The right end of the row looks as with a short name."""
    rows = [ClassRow(0, name, 12345, QColor("red")) for name in ("a", 3000 * "long name ")]
    for row in rows:
        row.resize(170, 24)
    room = rows[0].fontMetrics().horizontalAdvance("12,345") + 14
    short, long = (row.grab().toImage().copy(170 - room, 0, room, 24) for row in rows)
    assert short == long
    assert len(rows[1].toolTip()) < 400
    for row in rows:
        sip.delete(row)


def test_the_menu_offers_palettes_and_the_choice_is_remembered(new_window, small_bundle) -> None:
    person = new_window(small_bundle)
    before, bench = person.map_at_rest(), person.window.workbench
    usual = bench.panes[0].theme.class_colour(0)
    bench.choose_palette("okabe-ito")
    assert bench.panes[0].theme.class_colour(0).name() in DARK.with_classes(PALETTES["okabe-ito"]).classes
    assert bench.panes[0].theme.class_colour(0) != usual
    assert bench.panes[0].legend.rows[0]._colour == bench.panes[0].theme.class_colour(0)
    assert person.map_at_rest() != before
    person.window.close()
    other = new_window(small_bundle).window.workbench
    assert other.panes[0].theme.classes == DARK.with_classes(PALETTES["okabe-ito"]).classes
    other.settings.change(Appearance, palette="gone")
    assert other.shared.palette == "usual"
