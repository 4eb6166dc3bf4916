"""A layer that another package adds: in the menu, the panel, the inspector, and painted."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PyQt6.QtWidgets import QToolButton

from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.errors import UserError
from latent_explorer.gui.layers.class_names import CLASS_NAMES, ClassNames
from latent_explorer.gui.layers.layer import Layer, LayerSpec, Scale
from latent_explorer.gui.layers.registry import LAYERS, register
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array

GREEN = 0xFF00FF00


class Stripe(Layer):
    def paint(self, painter: QPainter, view, ratio: float) -> None:
        x, _ = view.to_screen_point((0.0, 0.0))
        painter.fillRect(round(x) - 5, 0, 10, view.height, QColor(GREEN))

    def line(self, view, uv) -> str:
        return f"Stripe: {uv[0]:.0f} away"

    @property
    def scale(self) -> Scale:
        return Scale("Stripe", "units", np.full((1, 8), GREEN, np.uint32), ("low", "", "high"))


STRIPE = LayerSpec("stripe", "Stripe", "Where u is zero.", Stripe, key="Ctrl+9", shown=False)


@pytest.fixture
def _stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LAYERS, "_things", dict(LAYERS._things))
    register(STRIPE)


def green(person: Person) -> int:
    pixels = to_array(person.canvas.picture(1.0))[..., :3]
    return int((pixels == (0, 255, 0)).all(-1).sum())


@pytest.mark.usefixtures("_stripe")
def test_it_is_one_entry_and_there_everywhere(new_window, small_bundle: Path) -> None:
    person: Person = new_window(small_bundle)
    pane, action = person.pane, person.window.action("Stripe")
    assert action.shortcut().toString() == "Ctrl+9"
    assert "Where u is zero." in action.toolTip()
    button = next(each for each in pane.layer_panel.findChildren(QToolButton) if each.text() == "Stripe")
    assert not button.isChecked()
    assert not green(person)
    person.shortcut("Ctrl+9")
    assert button.isChecked()
    assert action.isChecked()
    assert green(person) > 10 * 100 + 180
    person.move(person.point(3, 0))
    person.wait_until(lambda: "Stripe: 3 away" in pane.inspector.values.lines)
    person.window.workbench.settings.save()
    again = new_window(small_bundle)
    assert again.pane.layers.by_title["Stripe"].visible  # remembered


def test_class_names_need_classes_and_are_hidden_with_them(person: Person) -> None:
    layer = person.pane.layers.by_title["Class names"]
    before = to_array(person.canvas.picture(1.0))
    person.choose("Class names")
    with_names = to_array(person.canvas.picture(1.0))
    assert (before != with_names).any()
    assert {name for name, _ in layer.places} == set(person.pane.bundle.class_names)
    person.pane.session.toggle_class(0)
    assert person.pane.bundle.class_names[0] not in {name for name, _ in layer.places}
    person.pane.session.toggle_class(0)
    person.choose("Class names")


@pytest.mark.parametrize(
    ("thing", "problem"),
    [
        (Stripe, "expected a LayerSpec"),
        (LayerSpec("none", "None", "Nothing."), "cannot be made"),
        (LayerSpec("other", CLASS_NAMES.title, "Twice.", Stripe), "two layers have the title"),
    ],
)
def test_what_is_no_layer_is_refused(thing, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        register(thing)


def test_no_class_name_lies_over_another_and_nearer_there_is_room_for_more(person: Person) -> None:
    names = tuple(f"class {number} " + number * "of a long name " for number in range(40))
    random = np.random.default_rng(0)
    uv, label = random.normal(0, 1, (4000, 2)).astype(np.float32), random.permutation(np.arange(4000) % 40)
    bundle = SimpleNamespace(
        uv=uv, class_names=names, class_counts=np.bincount(label), latents=SimpleNamespace(label=label)
    )
    layer = ClassNames(CLASS_NAMES)
    layer.dress(bundle, frozenset({3}), DARK)
    assert len(layer.places) == 39
    for name, place in layer.places:
        own = uv[label == names.index(name)]
        assert (np.abs(np.median(own, axis=0) - place) <= np.ptp(own, axis=0) / 10).all()
    metrics, view = QFontMetricsF(QFont()), View(0, 0, 60, 600, 400)
    far = [plate for _, plate in layer._plates(view, metrics)]
    assert 0 < len(far) < 39
    assert not any(one.intersects(other) for n, one in enumerate(far) for other in far[:n])
    assert max(plate.width() for plate in far) < 180
    near = list(layer._plates(View(0, 0, 60 * 64, 600 * 64, 400 * 64), metrics))
    assert len(near) > len(far)
