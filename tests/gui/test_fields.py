"""Fields as layers: colours, the veil, the scale, what the inspector says, and what is asked of the engine."""

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.fields import layer_fields
from latent_explorer.gui.layers.colours import Span, by_class, by_cover, by_ramp, ramp
from latent_explorer.gui.widgets.images import to_array

TITLES = [field.title for field in layer_fields() if not (field.needs_variance or field.fleeting)]


@pytest.fixture
def looker(person: Person) -> Iterator[Person]:
    """A person whose window shows but the veil again at the end."""
    yield person
    for title, layer in person.window.pane.fields.by_title.items():
        if layer.visible != (title == "Veil"):
            person.window.pane.layer_panel.toggle(title)


def show(person: Person, title: str) -> None:
    person.window.pane.layer_panel.toggle(title)
    settle(person)


def settle(person: Person) -> None:
    person.wait_until(lambda: person.window.pane.fields.missing == 0)
    person.canvas.refresh()


def pixels(image: QImage) -> np.ndarray:
    return to_array(image)[..., :3].astype(int)


def said(person: Person) -> str:
    return "\n".join(person.window.pane.inspector.values.lines)


def luminance(rgb: np.ndarray) -> np.ndarray:
    return rgb @ np.array([0.2126, 0.7152, 0.0722])


def test_the_ramp_grows_brighter_all_the_way() -> None:
    assert (np.diff(luminance(ramp(np.linspace(0, 1, 200)))) > 0).all()
    np.testing.assert_array_equal(ramp(np.array([-3.0, 9.0])), ramp(np.array([0.0, 1.0])))


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_span_is_not_squeezed_by_outliers(logarithmic: bool) -> None:
    values = np.append(np.random.default_rng(0).uniform(1, 2, 999), 1e9)
    span = Span.of(values, logarithmic=logarithmic)
    assert 1 <= span.low < span.high <= 2
    for share in (0.0, 0.3, 1.0):
        assert span.share(np.array([span.at(share)]))[0] == pytest.approx(share)


def test_a_span_of_equal_values_is_no_error() -> None:
    for logarithmic in (False, True):
        span = Span.of(np.zeros(9), logarithmic=logarithmic)
        assert np.isfinite(span.share(np.zeros((1, 1)))).all()
        assert by_ramp(span)(np.zeros((1, 1, 1), np.float32)).shape == (1, 1)


def test_a_class_is_greyer_where_fewer_agree() -> None:
    colour = by_class([QColor("#ff0000"), QColor("#0000ff")])
    argb = colour(np.array([[[1, 1.0], [1, 0.6], [1, 0.3]]], np.float32))[0]
    blue, red = argb & 255, argb >> 16 & 255
    spread = blue.astype(int) - red.astype(int)
    assert spread[0] == 255
    assert spread[0] > spread[1] > spread[2] == 0


def test_the_veil_is_as_dense_as_its_value() -> None:
    argb = by_cover(QColor("#102030"))(np.array([[[0.0], [0.5], [1.0]]], np.float32))[0]
    assert list(argb >> 24) == [0, 128, 255]
    assert argb[2] == 0xFF102030


def test_the_veil_is_there_at_first_and_fades_pictures_only_where_no_data_are(looker: Person) -> None:
    looker.choose("Points")
    veiled, layer = pixels(looker.canvas.picture(1.0)), looker.window.pane.fields.by_title["Veil"]
    assert layer.visible
    looker.choose("Veil")
    bare = pixels(looker.canvas.picture(1.0))
    looker.choose("Veil")
    looker.choose("Points")
    ground = pixels_of(looker.canvas.theme.map)
    for uv in ((-4.0, 0.0), (0.0, 0.0), (4.0, 0.0), (0.0, 2.9), (-2.0, -2.9)):
        (share, *_), at = layer.value(looker.canvas.view, uv), looker.point(*uv)
        around = np.s_[max(at.y() - 3, 0) : at.y() + 3, at.x() - 3 : at.x() + 3]
        expected = bare[around] + share * layer.opacity * (ground - bare[around])
        assert np.abs(veiled[around] - expected).mean() < 6
    assert np.abs(veiled - bare).max() > 20


def pixels_of(name: str) -> np.ndarray:
    colour = QColor(name)
    return np.array([colour.red(), colour.green(), colour.blue()])


@pytest.mark.parametrize("title", TITLES[1:])
def test_a_field_is_painted_explained_and_read_under_the_pointer(looker: Person, title: str) -> None:
    before = pixels(looker.canvas.picture(1.0))
    show(looker, title)
    assert np.abs(pixels(looker.canvas.picture(1.0)) - before).max() > 20
    looker.move(looker.point(0.5, 0.5))
    looker.wait_until(lambda: f"{title}: " in said(looker))
    assert f"{title}: …" not in said(looker)
    button = next(each for each in looker.window.pane.layer_panel.findChildren(QToolButton) if each.text() == title)
    field = looker.window.pane.fields.by_title[title].field
    assert field.sentence in button.toolTip()
    show(looker, title)
    assert f"{title}: " not in said(looker)
    assert (pixels(looker.canvas.picture(1.0)) == before).all()


def test_what_is_hidden_is_not_asked_for(looker: Person) -> None:
    fields = looker.window.pane.fields
    assert {key.field for key in looker.window.pane.fields.keys} == {"veil"}
    show(looker, "Veil")
    looker.canvas.zoom(4)
    looker.wait_for_the_engine()
    assert looker.window.pane.fields.keys == []
    assert fields.by_title["Veil"].value(looker.canvas.view, (0.0, 0.0)) is not None  # the coarser one, from before
    show(looker, "Veil")
    assert fields.missing == 0


def test_the_value_read_is_that_of_the_engine(looker: Person) -> None:
    from latent_explorer.engine.handlers.evaluate import Evaluate
    from latent_explorer.engine.handlers.open import Open
    from latent_explorer.engine.process import serve_inline

    show(looker, "Stretch")
    window, uv = looker.window, (0.4, -0.3)
    folder = str(window.pane.session.bundle.folder)
    z = window.pane.session.bundle.chart.to_latent(np.array([uv]))
    exact = serve_inline([Open(1, folder), Evaluate(2, "stretch", z)])[1].content[0, 0]
    assert window.pane.fields.by_title["Stretch"].value(looker.canvas.view, uv)[0] == pytest.approx(exact, abs=0.05)
