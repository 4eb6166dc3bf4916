"""Trust in a chart: points coloured by their false and missing neighbours, and lines to the true ones."""

import numpy as np
import pytest

from latent_explorer.analysis import Projection
from latent_explorer.bench.person import Person
from latent_explorer.charts import ChartSpec


@pytest.fixture
def person(new_window, wide_bundle) -> Person:
    person = new_window(wide_bundle)
    person.wait_for_the_engine()
    person.pane.layers.by_title["Points"].visible = True
    yield person
    person.pane.colourer.choose("class")


def expected(person: Person) -> np.ndarray:
    bundle = person.pane.bundle
    return Projection(bundle.latents.mean, bundle.uv).shares(np.arange(len(bundle.uv)))


def values(person: Person, name: str) -> np.ndarray:
    person.wait_until(lambda: not person.pane.colourer.work)
    return person.pane.colourer._values[name]


def test_points_are_coloured_by_their_false_and_missing_neighbours_on_the_map_that_is_seen(person: Person) -> None:
    colourer = person.pane.colourer
    colourer.choose("false-neighbours")
    np.testing.assert_array_equal(values(person, "false-neighbours"), expected(person)[:, 0])
    assert person.pane.points.scale.words == ("0", "0.5", "1")
    colourer.choose("missing-neighbours")
    assert not colourer.work  # both were told at once
    before = values(person, "missing-neighbours")
    np.testing.assert_array_equal(before, expected(person)[:, 1])
    person.pane.see_through(ChartSpec("slice"))
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.chart_text == "slice")
    after = values(person, "missing-neighbours")
    np.testing.assert_array_equal(after, expected(person)[:, 1])
    assert not np.array_equal(before, after)
    person.wait_until(lambda: (person.pane.points.shading.shade > 0).all())


def test_lines_lead_from_the_dot_under_the_pointer_to_its_nearest_in_latent_space(person: Person) -> None:
    pane, bundle = person.pane, person.pane.bundle
    at = person.point(*bundle.uv[5])
    person.move(at)
    person.wait(0.1)
    assert pane.canvas.marks.links is None  # only where points are coloured by that
    pane.colourer.choose("missing-neighbours")
    person.move(person.point(*bundle.uv[5] + 0.01))
    person.move(at)
    person.wait_until(lambda: pane.canvas.marks.links is not None)
    image = pane.points.nearest_image(pane.canvas.view, *pane.canvas.view.to_screen_point(bundle.uv[5]), 8)
    apart = np.linalg.norm(bundle.latents.mean - bundle.latents.mean[image], axis=1)
    nearest = np.argsort(apart, kind="stable")[:11]
    np.testing.assert_allclose(pane.canvas.marks.links, bundle.uv[nearest], atol=1e-6)
    assert pane.canvas._mark_items._links.isVisible()
    person.move(person.point(*bundle.uv.max(0) + 1))
    person.wait_until(lambda: pane.canvas.marks.links is None)
    person.move(at)
    person.wait_until(lambda: pane.canvas.marks.links is not None)
    pane.colourer.choose("class")
    assert pane.canvas.marks.links is None


def test_the_neighbours_in_the_inspector_are_those_of_latent_space(person: Person) -> None:
    """And never those of the picture of it: on the map, others lie nearer."""
    pane, bundle = person.pane, person.pane.bundle
    place = bundle.uv[7] + np.float32(0.05)
    person.move(person.point(*place))
    person.wait_until(lambda: pane.prober.place is not None)
    z = bundle.chart.to_latent(pane.prober.probe.uv)
    in_latents = np.argsort(np.linalg.norm(bundle.latents.mean - z, axis=1))[:8]
    on_map = np.argsort(np.linalg.norm(bundle.uv - pane.prober.probe.uv, axis=1))[:8]
    np.testing.assert_array_equal(pane.prober.place.indices, in_latents)
    assert set(in_latents) != set(on_map)
