"""What a map shows of a linked one: its images translated, and arrows to where they belong."""

import numpy as np
import pytest
from PyQt6.QtWidgets import QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.gui.layers.linked import NO_LINK, Linked
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.points.splat import disc, ring

MOVED = np.array((3.0, 0.5), np.float32)


@pytest.fixture
def linked(person: Person) -> Linked:
    """The person's map, linked to itself by a translator that is off by `MOVED`; every second image is placed."""
    linked, bundle = person.pane.linked, person.bundle
    linked.open(bundle, towards=True)
    linked.counterparts = np.arange(len(bundle.latents))
    linked.renew(np.flatnonzero(bundle.latents.split != 0))
    some = np.arange(0, len(bundle.latents), 2)
    linked.place(1, some, bundle.uv[some] + MOVED)
    yield linked
    linked.open(None)


def button(person: Person, title: str) -> QToolButton:
    return next(each for each in person.pane.layer_panel.findChildren(QToolButton) if each.text() == title)


def seen(person: Person) -> np.ndarray:
    return to_array(person.canvas.picture(1.0)).astype(int)


def test_without_a_link_the_layers_say_what_they_lack(person: Person) -> None:
    for title in ("Translated points", "Residual arrows"):
        assert not button(person, title).isEnabled()
        assert NO_LINK in button(person, title).toolTip()
        assert not person.pane.layers.by_title[title].painted


def test_translated_images_are_shown_on_the_target_at_once_and_leave_with_the_link(person: Person, linked) -> None:
    layer = person.pane.layers.by_title["Translated points"]
    assert button(person, "Translated points").isEnabled()
    assert layer.visible
    with_rings = seen(person)
    assert len(layer) == -(-len(person.bundle.latents) // 2)
    number = 2 * (len(layer) // 2)
    view, at = person.canvas.view, person.bundle.uv[number] + MOVED
    assert f"image {number:,} of " in layer.line(view, tuple(at.tolist()))
    linked.open(None)
    assert not button(person, "Translated points").isEnabled()
    assert (seen(person) != with_rings).any()
    assert not layer.line(view, (1e4, 1e4))


def test_images_placed_anew_take_the_place_of_those_before(person: Person, linked: Linked) -> None:
    layer = person.pane.layers.by_title["Translated points"]
    before = seen(person)
    linked.renew(linked.held_out)
    seen(person)
    assert len(layer) > 10  # until there are others, those before are seen
    linked.place(2, np.arange(5), person.bundle.uv[:5])
    assert (seen(person) != before).any()
    assert len(layer) == 5
    linked.place(2, np.arange(5, 9), person.bundle.uv[5:9])
    seen(person)
    assert len(layer) == 9


def test_hidden_classes_are_not_seen_translated(person: Person, linked: Linked) -> None:
    layer, label = person.pane.layers.by_title["Translated points"], person.bundle.latents.label
    seen(person)
    before = len(layer)
    person.pane.session.toggle_class(0)
    seen(person)
    assert len(layer) == before - int((label[::2] == 0).sum())
    person.pane.session.toggle_class(0)


def test_translated_images_have_the_shapes_of_their_classes(person: Person, linked: Linked) -> None:
    layer, bench = person.pane.layers.by_title["Translated points"], person.window.workbench
    person.pane.layers.put("Translated points", True, 1.0)
    before = seen(person)
    bench.choose_shapes(True)
    assert layer._shapes == tuple(map(person.pane.theme.mark_of, range(3)))
    assert len(set(layer._shapes)) == 3
    assert (seen(person) != before).any()
    bench.choose_shapes(False)
    assert layer._shapes == ()
    np.testing.assert_array_equal(seen(person), before)


def test_points_glide_from_their_own_arrangement(linked: Linked) -> None:
    linked.origin = linked.places - 2
    linked.glide(0.5)
    placed = np.isfinite(linked.places[:, 0])
    np.testing.assert_allclose(linked.seen()[placed], linked.places[placed] - 1, atol=1e-5)
    linked.glide(1.0)
    assert linked.seen() is linked.places


def test_arrows_lead_from_held_out_images_translated_to_where_they_are(person: Person, linked: Linked) -> None:
    layer, view, bundle = person.pane.layers.by_title["Residual arrows"], person.canvas.view, person.bundle
    assert not layer.visible
    found = layer.arrows(view)
    assert len(found.images) > 3
    assert set(found.images.tolist()) <= set(linked.held_out.tolist())
    np.testing.assert_allclose(found.tails, view.to_screen(bundle.uv[found.images] + MOVED), atol=0.01)
    np.testing.assert_allclose(found.heads, view.to_screen(bundle.uv[found.images]), atol=0.01)
    without = seen(person)
    person.pane.layers.put("Residual arrows", True, 1.0)
    assert (seen(person) != without).any()
    linked.judge(np.full(len(bundle.latents), 0.25, np.float32), None)
    middle = (bundle.uv[found.images[0]] + MOVED / 2).tolist()
    assert "off by 0.25 of the spread" in layer.line(view, tuple(middle))
    person.pane.layers.put("Residual arrows", False, 1.0)


def test_the_same_arrows_are_seen_while_one_pans(person: Person, linked: Linked) -> None:
    layer, view = person.pane.layers.by_title["Residual arrows"], person.canvas.view
    before = set(layer.arrows(view).images.tolist())
    after = set(layer.arrows(view.panned(7.0, 5.0)).images.tolist())
    assert len(before & after) > 0.8 * len(before)


@pytest.mark.parametrize("diameter", range(1, 15))
def test_a_ring_is_the_rim_of_a_dot(diameter: int) -> None:
    rim, whole = ring(diameter), disc(diameter)
    assert set(rim) <= set(whole)
    assert ((0, 0) in rim) == (diameter < 4)


def test_the_error_field_is_asked_for_anew_with_each_translator_and_says_why_it_is_empty(
    person: Person, linked
) -> None:
    layer, canvas = person.pane.fields.by_title["Translation error"], person.canvas
    assert "not measured" in button(person, "Translation error").toolTip()
    person.pane.layers.put("Translation error", True, 0.7)
    count = len(person.bundle.latents)

    def judged(value: float) -> float:
        linked.judge(None, np.full(count, value, np.float32))
        given = layer.given
        person.wait_until(lambda: layer.given != given)
        person.wait_for_the_engine()
        person.wait_until(lambda: layer.value(canvas.view, (0.5, 0.5)) is not None)
        return float(layer.value(canvas.view, (0.5, 0.5))[0])

    assert judged(0.25) == pytest.approx(0.25)
    assert layer.line(canvas.view, (0.5, 0.5)) == "Translation error: 0.25 of the spread"
    assert layer.scale is not None
    first = layer.chart
    assert judged(0.75) == pytest.approx(0.75)
    assert layer.chart != first
    linked.open(None)
    person.wait_until(lambda: not layer.given)
    assert not layer.painted
    person.pane.layers.put("Translation error", False, 0.7)
