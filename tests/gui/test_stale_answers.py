"""Only the answer to the last question is shown."""

from pathlib import Path

import numpy as np
from msgspec import structs
from PyQt6.QtCore import QPoint

from latent_explorer.bench.person import Person
from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.describe import Describe
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.gui.pane.prober import Probe
from latent_explorer.gui.panels.readouts import ShareBars
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array, to_qimage
from latent_explorer.session import Route

WRONG = np.full((8, 8, 1), 77, np.uint8)


def test_a_picture_with_an_old_number_is_not_shown(person: Person) -> None:
    window = person.window
    person.move(person.point(-3, 0))
    old = window.pane.prober.probe.number
    person.move(person.point(3, 0))
    person.wait_until(lambda: window.pane.prober.probe.picture is not None)
    before = window.pane.prober.probe
    window.pane.client.dispatch(Answer(Hover, Picture(old, WRONG)))
    assert window.pane.prober.probe is before
    assert window.pane.inspector.picture.image == to_qimage(before.picture)
    assert person.canvas.marks.loupe == to_qimage(before.picture)


def test_a_place_that_has_been_left_is_not_described(person: Person) -> None:
    window = person.window
    person.move(person.point(-3, 0))
    person.wait_until(lambda: window.pane.prober.place is not None)
    old = window.pane.prober.place
    again = structs.replace(old, word="outside the data", reason="far", originals=WRONG[None])
    person.move(person.point(3, 0))
    window.pane.client.dispatch(Answer(Describe, again))
    assert window.pane.prober.place is not again
    assert person.canvas.marks.neighbours is None


def test_every_exact_picture_belongs_to_where_the_pointer_is(person: Person, small_bundle: Path, decoded) -> None:
    """A hundred hasty moves, with all tiles being computed anew."""
    window, shown = person.window, []

    def note(probe: Probe) -> None:
        shown.append(probe)
        assert probe is window.pane.prober.probe
        assert window.pane.inspector.picture.image == to_qimage(probe.picture)

    window.pane.prober.on_exact = note
    random = np.random.default_rng(5)
    window.pane.feed.forget_all()
    window.pane.feed.look(person.canvas.view, None)
    for x, y in random.integers(20, 500, (100, 2)).tolist():
        person.move(QPoint(x, y))
        person.wait(random.uniform(0, 0.008))
    person.wait_until(lambda: window.pane.prober.probe.picture is not None)
    window.pane.prober.on_exact = lambda _: None
    assert shown[-1] is window.pane.prober.probe
    numbers = [probe.number for probe in shown]
    assert numbers == sorted(numbers)
    for probe in shown[:: max(1, len(shown) // 6)]:
        assert np.abs(probe.picture.astype(int) - decoded(small_bundle, probe.z)).max() <= 1


def test_the_frames_of_a_path_that_is_gone_are_not_shown(person: Person) -> None:
    window = person.window
    window.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=6))
    old = window.pane.session.state.route
    window.pane.session.draw(Route((4.0, 0.0), (-4.0, 1.0), frames=4))
    late = Answer("film", Picture(0, WRONG), old, np.stack([WRONG] * 6))
    window.pane.client.dispatch(late)
    assert len(window.pane.filmstrip.frames) != 6
    window.pane.clear_route()
    window.pane.client.dispatch(late)
    assert len(window.pane.filmstrip.frames) == 0


def test_answers_about_the_last_bundle_do_no_harm(person: Person, wide_bundle: Path) -> None:
    window = person.window
    person.click(person.point(0, 3.5))
    person.move(person.point(1, 0))
    number, pin = window.pane.prober.probe.number, window.pane.session.state.pins[0].z
    window.workbench.open(wide_bundle)
    person.wait_until(lambda: window.pane.ready and window.pane.session.bundle.folder == wide_bundle)
    window.pane.client.dispatch(Answer(Hover, Picture(number, WRONG)))
    window.pane.client.dispatch(Answer("pins", Picture(0, WRONG), pin, WRONG[None]))
    assert window.pane.prober.probe is None
    assert window.pane.inspector.picture.image is None
    assert window.pane.pins.list.count() == 0


def test_shares_of_other_classes_are_not_painted(qapp) -> None:
    bars = ShareBars()
    bars.set_classes(tuple("abcdefgh"), DARK)
    bars.show_shares(np.linspace(0, 1, 8))
    painted = to_array(bars.grab().toImage())
    assert np.ptp(painted) > 0
    bars.set_classes(("a", "b"), DARK)
    assert np.ptp(to_array(bars.grab().toImage()).reshape(-1, 4), axis=0).max() == 0, "they were those of before"
    bars.show_shares(np.linspace(0, 1, 8))
    assert bars.accessibleDescription() == ""
    bars.show_shares(np.array([0.25, 0.75]))
    assert bars.accessibleDescription() == "b 75%, a 25%"
