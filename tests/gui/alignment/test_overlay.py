"""What the aligner finds is shown on the map that it is about, and leaves with the link."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from latent_explorer.alignment.protocol import Placed
from latent_explorer.bench.person import Person
from latent_explorer.gui.alignment.link import Link, LinkFit

ANCHORS = ((0, 0), (3, 3), (5, 5))


class Same:
    """The translator of a space to itself."""

    arrays = MappingProxyType({})

    def to(self, z: np.ndarray) -> np.ndarray:
        return z.astype(np.float32)


def fit_of(link: Link, errors=None) -> LinkFit:
    """A fit, as the aligner's answer makes one."""
    none = np.zeros((2, 0), np.int64)
    return LinkFit(ANCHORS, Same(), Same(), np.zeros((2, 3)), none.T, 0.01, "", errors)


def show(link: Link, fit: LinkFit | None) -> None:
    link.fit = fit
    link.fitted.emit()


def placed(link: Link, number: int, images: np.ndarray, forth: bool = True) -> None:
    uv = link.pane(int(forth)).bundle.uv
    link.placed.emit(Placed(number, forth, images, uv[images] + np.float32(0.5), False))


@pytest.fixture
def link(new_window: Callable[..., Person], small_bundle: Path) -> Link:
    """The link between two maps of the same images, by a translator that nobody fitted."""
    left = new_window(small_bundle)
    left.window.workbench.open_beside(small_bundle)
    Person(left.window).wait_for_the_engine()
    return left.window.workbench.link


def test_translated_images_are_wanted_on_the_target_until_somebody_wants_them_on_the_source_too(link: Link) -> None:
    source, target = link.source, link.target
    assert target.linked.other is source.bundle
    show(link, fit_of(link))
    assert link.places == (False, True)
    placed(link, 7, np.arange(10))
    assert np.isfinite(target.linked.places[:10]).all()
    assert np.isnan(target.linked.places[10:]).all()
    assert not len(source.linked.places)
    source.layers.put("Translated points", True, 0.8)
    assert link.places == (True, True)
    show(link, fit_of(link))
    placed(link, 8, np.arange(4), forth=False)
    np.testing.assert_allclose(source.linked.places[:4], source.bundle.uv[:4] + 0.5)


def test_anchors_and_what_trained_the_model_are_not_held_out(link: Link) -> None:
    show(link, fit_of(link))
    held_out, split = link.target.linked.held_out, link.source.bundle.latents.split
    assert len(held_out) > 10
    assert not set(held_out.tolist()) & {0, 3, 5}
    assert (split[held_out] != 0).all()


def test_errors_belong_to_images_of_either_map(link: Link) -> None:
    count = len(link.source.bundle.latents)
    link.counterparts = np.roll(np.arange(count), 1)  # image i of the source is image i - 1 of the target
    forth, back = np.arange(count, dtype=np.float32), 100 + np.arange(count, dtype=np.float32)
    show(link, fit_of(link, (forth, back)))
    target, source = link.target.linked, link.source.linked
    assert target.off[5] == 5
    assert target.errors[link.counterparts[5]] == 5
    assert source.off[5] == 105
    assert source.errors[np.flatnonzero(link.counterparts == 5)[0]] == 105


def test_without_a_translator_or_a_link_nothing_of_the_other_map_is_left(link: Link) -> None:
    bench = link.source.window().workbench
    target = link.target
    show(link, fit_of(link))
    placed(link, 7, np.arange(10))
    show(link, None)
    assert target.linked.lacks
    assert not len(target.linked.places)
    show(link, fit_of(link))
    placed(link, 9, np.arange(10))
    assert not target.linked.lacks
    bench.linking.toggle()
    assert bench.link is None
    assert target.linked.other is None
    assert target.linked.lacks


def test_another_chart_forgets_where_images_were(link: Link) -> None:
    from latent_explorer.charts import ChartSpec

    show(link, fit_of(link))
    placed(link, 7, np.arange(10))
    link.target.see_through(ChartSpec("slice", {"across": 1.0, "up": 0.0}))
    person = Person(link.target.window(), link.target)
    person.wait_until(lambda: not len(link.target.linked.places))
