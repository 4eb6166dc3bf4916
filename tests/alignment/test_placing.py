"""Translated latents are put on a map as its chart would put them, but quickly."""

import numpy as np
import pytest

from latent_explorer.alignment.cells import Cells
from latent_explorer.alignment.placing import DataPlacer
from latent_explorer.charts import NonlinearChart, Search


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(3)
    middles = draw.standard_normal((30, 6)) * 2
    return (middles[draw.integers(0, 30, 5000)] + 0.3 * draw.standard_normal((5000, 6))).astype(np.float32)


@pytest.fixture(scope="module")
def chart(data):
    return NonlinearChart("some", data[:, :2] * 10, data, ("u", "v"))


@pytest.fixture
def asked(data):
    return data[::9] + np.random.default_rng(4).normal(0, 0.1, (len(data[::9]), 6)).astype(np.float32)


def test_few_data_are_searched_exactly(asked):
    few = asked[:300].copy()
    distances, indices = Cells(few).near(asked, 7)
    exact, nearest = Search(few).of(asked, 7)
    assert np.allclose(distances, exact, atol=1e-3)
    assert (indices == nearest).mean() > 0.99


def test_of_many_nearly_all_are_found(data, asked):
    cells = Cells(data)
    _, indices = cells.near(asked, 10)
    _, nearest = Search(data).of(asked, 10)
    assert np.mean([len(np.intersect1d(*rows)) / 10 for rows in zip(indices, nearest, strict=True)]) > 0.9


def test_more_than_there_are_cannot_be_found():
    few = np.eye(4, dtype=np.float32)
    assert Cells(few).near(few, 10)[1].shape == (4, 4)


def test_a_latent_is_placed_amid_its_nearest_as_by_the_chart(chart, asked):
    quick, slow = DataPlacer(chart).place(asked), chart.to_plane(asked)
    assert quick.dtype == np.float32
    assert np.quantile(np.linalg.norm(quick - slow, axis=1), 0.9) < 1e-3


def test_a_datum_is_placed_at_its_point(chart, data):
    assert np.allclose(DataPlacer(chart).place(data[:500]), chart.points[:500], atol=1e-4)


def test_latents_that_have_moved_are_placed_as_if_they_had_always_been_there(chart, asked):
    placer = DataPlacer(chart)
    placer.place_again(asked)
    for step in (0.001, 0.05, 3.0):
        moved = asked + np.float32(step)
        apart = np.linalg.norm(placer.place_again(moved) - placer.place(moved), axis=1)
        assert np.quantile(apart, 0.95) < 1e-3


def test_other_latents_are_placed_anew(chart, asked):
    placer = DataPlacer(chart)
    placer.place_again(asked)
    assert np.array_equal(placer.place_again(asked[:50]), placer.place(asked[:50]))
