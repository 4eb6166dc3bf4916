"""Two models of the same digits, from the first anchor to a saved session: by mouse, keys and dialogs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import QPoint

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ProcessEngine
from latent_explorer.export.rows import line_height
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.paths import path_latents
from latent_explorer.places import find_bundle
from tests.gui.sessions.conftest import SavingPerson

LEFT, RIGHT = find_bundle("mnist-ae-16d"), find_bundle("mnist-ae-16d-b")


@pytest.fixture
def two(new_window: Callable[..., Person]) -> Iterator[tuple[SavingPerson, SavingPerson]]:
    """A person at each of two linked maps."""
    window = new_window(LEFT, ProcessEngine).window
    window.resize(1400, 900)
    window.workbench.open_beside(RIGHT)
    left, right = (SavingPerson(window, pane) for pane in window.workbench.panes)
    right.wait_for_the_engine()
    left.wait_until(lambda: not any(pane.points.sorting for pane in window.workbench.panes))
    yield left, right
    window.workbench.leaving.unasked = True


def clicked_images(person: Person, count: int, label: int | None = None) -> Iterator[tuple[int, QPoint]]:
    """Images that lie apart, each of them nearest to the pixel where it is, and that pixel."""
    pane, spots = person.pane, []
    labels, view = pane.bundle.latents.label, pane.canvas.view
    for image in np.random.default_rng(3).permutation(len(pane.bundle.uv)).tolist():
        wanted = len(spots) % 10 if label is None else label
        if len(spots) == count or labels[image] != wanted:
            continue
        x, y = view.to_screen_point(pane.bundle.uv[image].tolist())
        apart = all(np.hypot(x - other.x(), y - other.y()) > 30 for other in spots)
        inside = 20 < x < view.width - 20 and 20 < y < view.height - 20
        at = person.point(*pane.bundle.uv[image].tolist())
        place = at - person.canvas.origin.toPoint()
        if apart and inside and pane.points.nearest_image(view, place.x(), place.y(), 14.0) == image:
            spots.append(QPoint(round(x), round(y)))
            yield image, at


def fitted_outside(anchors: tuple[tuple[int, int], ...], kind: str, person: Person):
    """The translator from left to right, fitted here."""
    source, target = (pane.bundle.latents.mean.astype(np.float64) for pane in person.window.workbench.panes)
    pairs = np.array(anchors)
    return TRANSLATORS[kind].fit(source[pairs[:, 0]], target[pairs[:, 1]]).translator


def test_from_the_first_anchor_to_the_session_that_is_opened_again(two, decoded, tmp_path: Path) -> None:
    left, right = two
    link = left.window.workbench.link
    placed = place_an_anchor_of_each_class(left)
    compare_what_is_under_the_pointer(left, decoded)
    drag_an_anchor_and_undo(right, placed)
    forth = link.fit.forth
    draw_a_path(left)
    strip, latents = left.pane.filmstrip, path_latents(left.pane.session.state.route.path)
    for frame in (0, len(latents) // 2, -1):
        assert _apart(strip.stitched[frame], decoded(RIGHT, forth.to(latents[frame][None])[0])) <= 1
    rows = exported_strip(left, tmp_path / "two.png")
    np.testing.assert_allclose(_without_captions(rows, strip.frames.shape[1]), _two_rows(strip), atol=1)
    save_change_and_open_again(left, tmp_path / "two.latent.json")
    np.testing.assert_array_equal(left.window.workbench.link.fit.forth.to(latents), forth.to(latents))
    left.wait_until(lambda: left.pane.path_frames.settled and strip.stitched is not None and len(strip.stitched) > 0)
    np.testing.assert_array_equal(exported_strip(left, tmp_path / "again.png"), rows)


def place_an_anchor_of_each_class(left: SavingPerson) -> list[int]:
    link, placed = left.window.workbench.link, []
    left.choose("Anchor")
    for image, at in clicked_images(left, 10):
        left.click(at)
        placed.append(image)
    assert link.alignment.state.anchors == tuple((image, image) for image in placed)
    left.wait_until(lambda: link.fit is not None and len(link.fit.anchors) == 10)
    return placed


def compare_what_is_under_the_pointer(left: SavingPerson, decoded) -> None:
    """The other model's picture, in the panel, is the one found without the window."""
    bench = left.window.workbench
    way = bench.linking.hovering.ways[0]
    left.choose("Probe")
    left.move(left.point(5.0, 12.0))
    left.wait_until(lambda: way.place is not None and way.place.match is not None)
    z = fitted_outside(bench.link.alignment.state.anchors, "affine", left).to(way.place.probe.z[None])[0]
    assert way.place.z == pytest.approx(z, abs=1e-4)
    assert _apart(way.place.picture, decoded(RIGHT, z)) <= 1
    shown = to_array(bench.linking.panel.there.picture.image)[..., :1]
    assert _apart(shown, way.place.picture) <= 1


def drag_an_anchor_and_undo(right: SavingPerson, placed: list[int]) -> None:
    """Onto another image of the right map; the translator follows, there and back."""
    link = right.window.workbench.link
    right.choose("Anchor")
    before, forth = link.alignment.state.anchors, link.fit.forth
    z = right.pane.bundle.latents.mean[:1]
    (image, end), *_ = clicked_images(right, 1, label=0)
    right.drag(right.point(*right.pane.bundle.uv[placed[7]].tolist()), end, 0.2)
    moved = (*before[:7], (placed[7], image), *before[8:])
    assert link.alignment.state.anchors == moved
    right.wait_until(lambda: link.fit.anchors == moved)
    assert not np.allclose(link.fit.forth.to(z), forth.to(z))
    right.choose("Undo")
    assert link.alignment.state.anchors == before
    right.wait_until(lambda: link.fit.anchors == before)
    np.testing.assert_array_equal(link.fit.forth.to(z), forth.to(z))


def draw_a_path(left: SavingPerson) -> None:
    left.window.workbench.activate(left.pane)
    left.choose("Path")
    left.drag(left.point(-40.0, -20.0), left.point(30.0, 30.0), 0.2)
    strip = left.pane.filmstrip
    left.wait_until(lambda: len(strip.frames) > 0 and strip.stitched is not None and len(strip.stitched) > 0)


def exported_strip(left: SavingPerson, file: Path) -> NDArray[np.uint8]:
    left.export("filmstrip", file, Choices("strip", per_row=len(left.pane.filmstrip.frames)))
    with Image.open(file) as picture:
        return np.asarray(picture.convert("L"))


def save_change_and_open_again(left: SavingPerson, file: Path) -> None:
    bench = left.window.workbench
    assert left.sessions.save_to(file)
    states, alignment = [pane.session.state for pane in bench.panes], bench.link.alignment.state
    bench.link.alignment.delete([0, 1, 2])
    left.pane.clear_route()
    left.sessions._saved = None
    left.open_session(file)
    assert [pane.session.state for pane in bench.panes] == states
    assert [pane.bundle.chart_text for pane in bench.panes] == ["tsne", "tsne"]  # as they open
    assert bench.link.alignment.state == alignment
    left.wait_until(lambda: bench.link.fit is not None and bench.link.fit.anchors == alignment.anchors)


def _apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def _two_rows(strip) -> NDArray[np.uint8]:
    """The pictures of a path above those of the other model."""
    rows = [np.concatenate(list(frames[..., 0]), axis=1) for frames in (strip.frames, strip.stitched)]
    return np.concatenate(rows, axis=0)


def _without_captions(strip: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """An exported strip of two rows of pictures so high, without the line above each."""
    line = line_height(side)
    assert strip.shape[0] == 2 * (line + side)
    return np.concatenate([strip[line : line + side], strip[2 * line + side :]])
