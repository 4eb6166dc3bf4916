"""Points as their real images: each at its own point, under every filter; loaded, kept, lifted, toggled."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, Qt

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset
from latent_explorer.gui.layers.thumbnails import SIDE
from latent_explorer.gui.settings import ShownLayer
from latent_explorer.gui.widgets.images import to_array

INNER = SIDE - 4  # without the rim
MARGIN = 60  # of the map, where rulers and scales may lie over thumbnails


def images_of(bundle: Path) -> NDArray[np.uint8]:
    return open_dataset(read_config(bundle).dataset.source).images


def shown(person: Person) -> NDArray[np.int64]:
    """The numbers of the thumbnails that lie well inside the map."""
    view, uv = person.canvas.view, person.window.pane.session.bundle.uv
    numbers = person.window.pane.thumbnails.layer.places(view)
    xy = view.to_screen(uv[numbers])
    return numbers[((xy > MARGIN) & (xy < (view.width - MARGIN, view.height - MARGIN))).all(1)]


def wait_for_images(person: Person) -> None:
    layer = person.window.pane.thumbnails.layer
    person.wait_until(lambda: all(number in layer.cache for number in layer.places(person.canvas.view).tolist()))


def come_near(person: Person, factor: float = 2.0) -> NDArray[np.int64]:
    """Zoom in; the thumbnails that are then seen, their images there."""
    assert person.window.pane.thumbnails.layer.visible
    person.canvas.zoom(factor)
    wait_for_images(person)
    numbers = shown(person)
    assert len(numbers) > 3
    return numbers


def sampled(
    picture: NDArray[np.uint8], x: float, y: float, shape: tuple[int, ...], ratio: int = 1
) -> NDArray[np.uint8]:
    """What a picture of the map shows of an image (h, w, c) around a place: the middles of its pixels."""
    height, width, channels = shape
    scale = INNER / max(height, width)
    left, top = np.round((x - width * scale / 2 - 2) * ratio), np.round((y - height * scale / 2 - 2) * ratio)
    rows = (top + ratio * (2 + (np.arange(height) + 0.5) * scale)).astype(int)
    columns = (left + ratio * (2 + (np.arange(width) + 0.5) * scale)).astype(int)
    return picture[rows[:, None], columns][..., :channels]


def painted(person: Person, scale: float = 1.0) -> NDArray[np.uint8]:
    """A picture of the map without its axes."""
    left = round(person.canvas.origin.x() * scale)
    return to_array(person.canvas.picture(scale))[:, left:]


def check_all(person: Person, images: NDArray[np.uint8]) -> int:
    """Every thumbnail shows the image of its own point, and its rim is of its class; returns how many there are."""
    bundle, canvas = person.window.pane.session.bundle, person.canvas
    canvas.refresh()
    picture, numbers = painted(person), shown(person)
    for number, (x, y) in zip(numbers.tolist(), canvas.view.to_screen(bundle.uv[numbers]).tolist(), strict=True):
        found = sampled(picture, x, y, images.shape[1:])
        assert np.abs(found.astype(int) - images[number]).max() <= 1, number
        rim = picture[round(y), round(x - SIDE / 2) + 1, :3]
        colour = canvas.theme.class_colour(int(bundle.latents.label[number]))
        assert tuple(rim.tolist()) == (colour.red(), colour.green(), colour.blue())
    return len(numbers)


def test_a_thumbnail_is_the_image_of_its_point_whatever_is_shown(person: Person, small_bundle: Path) -> None:
    """Random views, hidden classes, isolation and selections."""
    random, images, session = np.random.default_rng(3), images_of(small_bundle), person.window.pane.session
    label, seen = session.bundle.latents.label, 0
    for step in range(24):
        person.canvas.fit()
        person.canvas.zoom(
            float(random.uniform(1.6, 6)), person.point(*session.bundle.uv[random.integers(120)]).toPointF()
        )
        session.hide(frozenset(random.choice(3, random.integers(0, 3), replace=False).tolist()))
        chosen = random.random(120) < 0.5 if step % 2 else None
        session.select(chosen)
        wait_for_images(person)
        seen += check_all(person, images)
        numbers = person.window.pane.thumbnails.layer.places(person.canvas.view)
        assert not np.isin(label[numbers], list(session.state.hidden)).any()
        assert chosen is None or chosen[numbers].all()
    session.isolate_class(1)
    assert seen > 100


def test_colour_images_that_are_not_square(new_window: Callable[..., Person], wide_bundle: Path) -> None:
    person = new_window(wide_bundle)
    person.window.workbench.choose_theme("light")
    come_near(person)
    assert check_all(person, images_of(wide_bundle)) > 3


def test_grey_images_are_ink_on_paper_on_a_light_map(person: Person, small_bundle: Path) -> None:
    person.window.workbench.choose_theme("light")
    come_near(person)
    assert check_all(person, 255 - images_of(small_bundle)) > 3


def test_on_a_finer_screen_they_are_finer(person: Person, small_bundle: Path) -> None:
    uv, numbers, view = person.window.pane.session.bundle.uv, come_near(person), person.canvas.view
    picture = painted(person, 2.0)
    for number, (x, y) in zip(numbers.tolist(), view.to_screen(uv[numbers]).tolist(), strict=True):
        found = sampled(picture, x, y, (8, 8, 1), 2)
        assert np.abs(found.astype(int) - images_of(small_bundle)[number]).max() <= 1


def test_zoomed_out_there_is_none(person: Person) -> None:
    assert len(person.window.pane.thumbnails.layer.places(person.canvas.view)) == 0
    come_near(person)
    person.canvas.fit()
    assert len(person.window.pane.thumbnails.layer.places(person.canvas.view)) == 0


def test_what_is_painted_as_images_come_is_what_is_painted_anew(person: Person) -> None:
    window, canvas = person.window, person.canvas
    come_near(person)
    person.wait_for_the_engine()  # for the tiles
    canvas.refresh()
    anew = to_array(person.map_at_rest())
    window.pane.thumbnails.layer.cache.clear()
    canvas.refresh()
    assert not np.array_equal(to_array(canvas.grab().toImage()), anew)
    window.pane.thumbnails.again()
    wait_for_images(person)
    np.testing.assert_array_equal(to_array(person.map_at_rest()), anew)


def test_the_dot_is_seen_until_the_image_is_there(person: Person) -> None:
    come_near(person)
    person.wait_for_the_engine()  # for the tiles
    person.window.pane.thumbnails.layer.cache.clear()
    before = to_array(person.canvas.picture(1.0))
    person.key(Qt.Key.Key_T)
    np.testing.assert_array_equal(to_array(person.canvas.picture(1.0)), before)
    person.key(Qt.Key.Key_T)
    wait_for_images(person)
    assert not np.array_equal(to_array(person.canvas.picture(1.0)), before)


def test_t_turns_images_into_points_and_back(person: Person) -> None:
    window = person.window
    come_near(person)
    person.wait_for_the_engine()  # for the tiles
    with_images = to_array(person.canvas.picture(1.0))
    person.key(Qt.Key.Key_T)
    assert not window.action("Real images").isChecked()
    assert "press T" in window.statusBar().currentMessage()
    assert window.workbench.settings.get(ShownLayer, "Real images") == ShownLayer(False, 1.0)
    assert not np.array_equal(to_array(person.canvas.picture(1.0)), with_images)
    person.key(Qt.Key.Key_T)
    assert window.action("Real images").isChecked()
    np.testing.assert_array_equal(to_array(person.canvas.picture(1.0)), with_images)


def test_points_that_are_hidden_hide_their_images(person: Person) -> None:
    come_near(person)
    person.window.pane.layer_panel.toggle("Points")
    assert len(person.window.pane.thumbnails.layer.places(person.canvas.view)) == 0
    person.window.pane.layer_panel.toggle("Points")


def test_the_status_bar_explains_them_once(new_window: Callable[..., Person], small_bundle: Path) -> None:
    person = new_window(small_bundle)
    come_near(person)
    assert person.window.statusBar().currentMessage() == "Real images: press T for points"
    person.window.workbench.status.say("Something else")
    person.canvas.pan(200, 0)
    person.canvas.zoom(1.5)
    wait_for_images(person)
    assert person.window.statusBar().currentMessage() == "Something else"


def test_the_one_under_the_pointer_is_large_and_on_top(person: Person, small_bundle: Path) -> None:
    number = int(come_near(person)[0])
    layer, canvas = person.window.pane.thumbnails.layer, person.canvas
    person.window.pane.toggle_loupe()
    person.wait_for_the_engine()  # and the map lies where it stays

    def pointed_at() -> bool:
        person.move(canvas.origin.toPoint() + QPoint(*place()) + QPoint(-8, 9))
        return layer.lifted == number

    def place() -> list[int]:
        return canvas.view.to_screen(person.window.pane.session.bundle.uv[number]).round().astype(int).tolist()

    person.wait_until(pointed_at)
    at, origin = place(), canvas.origin.toPoint()
    where = layer.lifted_rect(canvas.view)
    assert where.contains(QPoint(*at))
    assert max(where.width(), where.height()) > 2 * SIDE
    grabbed = to_array(canvas.grab().toImage())[:, origin.x() :]
    image = images_of(small_bundle)[number]
    pixel = (where.width() - 6) / 8
    seen = grabbed[
        int(where.bottom() - 3 - pixel / 2), (where.left() + 3 + (np.arange(8) + 0.5) * pixel).astype(int), 0
    ]
    np.testing.assert_allclose(seen, image[-1, :, 0], atol=1)
    person.move(origin + QPoint(2, 2))
    person.wait_until(lambda: layer.lifted != number)
    person.window.pane.toggle_loupe()


def test_images_that_are_not_at_hand_leave_dots_and_it_is_said_once(
    new_window: Callable[..., Person], make_bundle: Callable[..., Path]
) -> None:
    bundle = make_bundle("gone")
    Path(read_config(bundle).dataset.source).unlink()
    person = new_window(bundle)
    person.canvas.zoom(2.0)
    person.wait_until(lambda: bool(person.window.pane.thumbnails.layer.missed))
    assert "not available" in person.window.statusBar().currentMessage()
    person.window.workbench.status.say("Something else")
    person.canvas.zoom(1.5)
    person.wait(0.3)
    assert person.window.statusBar().currentMessage() == "Something else"
    assert len(person.window.pane.thumbnails.layer.cache) == 0


def test_another_bundle_has_images_of_its_own(
    new_window: Callable[..., Person], small_bundle: Path, make_bundle: Callable[..., Path]
) -> None:
    """The same places, other images: none of the first bundle's may stand there, however the openings overlap."""
    other = make_bundle("other", count=90)
    person = new_window(small_bundle)
    come_near(person)
    for bundle in (other, small_bundle, other):
        person.window.workbench.open(bundle)
        person.canvas.zoom(1.1)
    person.wait_until(lambda: person.window.pane.ready and person.window.pane.session.bundle.folder == other)
    come_near(person)
    assert check_all(person, images_of(other)) > 3


@pytest.mark.parametrize("limit", [3000, 64])
def test_the_cache_holds_no_more_than_its_limit(person: Person, limit: int) -> None:
    layer = person.window.pane.thumbnails.layer
    usual, layer.cache.limit = layer.cache.limit, limit
    for step in range(6):
        person.canvas.fit()
        person.canvas.zoom(2.0 + step)
        person.wait(0.1)
    person.wait_until(lambda: layer.cache.bytes > 0)
    assert layer.cache.bytes <= max(limit, 64)
    layer.cache.limit = usual


def test_large_images_are_kept_small(person: Person) -> None:
    layer = person.window.pane.thumbnails.layer
    image = np.random.default_rng(0).integers(0, 255, (300, 600, 3), np.uint8)
    layer.keep(5, image)
    kept = layer.cache.get(5)
    assert kept.shape == (64, 128, 3)
    assert abs(float(kept.mean()) - float(image.mean())) < 2
    layer.cache.clear()
