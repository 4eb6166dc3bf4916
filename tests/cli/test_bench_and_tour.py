"""`bench` and `tour`: what is measured, and what is handed on to the window."""

import os
import sys
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.bench.measure import Measure

KEYS = ["unit", "median", "p95", "p99", "n"]
EAGER = ["eager_median", "eager_p99", "eager_ratio"]
times = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=50)


@given(times, times)
def test_a_measure_orders_its_percentiles_and_divides_its_medians(samples, others):
    measure = Measure.of(samples).beside("eager", others)
    assert list(measure.as_json()) == KEYS + EAGER
    assert min(samples) <= measure.median <= measure.p95 * (1 + 1e-12)
    assert measure.p95 <= measure.p99 * (1 + 1e-12)
    assert measure.p99 <= max(samples) * (1 + 1e-12)
    assert measure.n == len(samples)
    assert measure.as_json()["eager_ratio"] == pytest.approx(np.median(samples) / np.median(others))


def test_by_itself_a_measure_has_no_ratio():
    assert Measure.of([3.0, 1.0, 2.0]).as_json() == {"unit": "ms", "median": 2.0, "p95": 2.9, "p99": 2.98, "n": 3}


@pytest.mark.parametrize("samples", [[], [float("nan")], [1.0, float("inf")]])
def test_no_times_give_no_measure(samples):
    with pytest.raises(ValueError, match="expected finite times"):
        Measure.of(samples)


def test_both_ways_through_the_grid_give_the_same_pictures(wide_bundle):
    from latent_explorer.bench import grid_baseline, grid_bench
    from latent_explorer.nets.threads import threads

    z = grid_bench.grid_latents(wide_bundle, 40)
    assert z.shape == (1600, 5)
    with threads(1):
        service, device = grid_bench.open_service(wide_bundle)
        ours = np.concatenate(list(grid_bench.engine_pictures(service, z)))
        model = grid_bench.open_eager(wide_bundle, device)
        plain = np.concatenate(list(grid_baseline.eager_pictures(model, device, z)))
    assert ours.shape == plain.shape == (1600, 6, 10, 3)
    assert np.ptp(plain) > 50
    assert np.abs(ours.astype(int) - plain).max() <= 1


def test_the_grid_is_measured_on_one_thread_and_the_others_given_back(small_bundle, monkeypatch):
    import torch

    from latent_explorer.bench import grid_bench

    before, seen = torch.get_num_threads(), set()
    monkeypatch.setattr(grid_bench, "timed", lambda task: seen.add(torch.get_num_threads()) or 1.0)
    measure = grid_bench.measure_grid([small_bundle], side=4, repetitions=3)["small"]
    assert (measure.n, seen, torch.get_num_threads()) == (3, {1}, before)


def test_the_bench_prints_one_object_or_a_table(done, small_bundle):
    found = done("bench", "grid", "--model", small_bundle, "--json").json
    assert list(found) == ["small"]
    assert list(found["small"]) == KEYS + EAGER
    assert found["small"]["n"] >= 7
    table = done("bench", "grid", "--model", small_bundle).out
    assert "small" in table
    assert "eager" in table


def test_the_grid_names_its_models_the_default_one_first(done, monkeypatch):
    from latent_explorer.bench import grid_bench
    from latent_explorer.gui.app import folder_to_open
    from latent_explorer.gui.settings import Settings

    asked = []
    monkeypatch.setattr(grid_bench, "measure_grid", lambda folders: asked.extend(folders) or {"x": Measure.of([1.0])})
    done("bench", "grid")
    assert asked[0] == folder_to_open(None, Settings())
    assert [folder.name for folder in asked] == ["mnist-vae-2d", "mnist-ae-2d"]


def test_measures_with_and_without_another_way_are_columns_of_one_table(done, monkeypatch):
    from latent_explorer.bench import points_bench

    found = {"alone": Measure.of([1.0]), "beside": Measure.of([3.0]).beside("scatter", [4.0])}
    monkeypatch.setattr(points_bench, "measure_points", lambda: found)
    rows = {line.split()[0]: line.split()[1:] for line in done("bench", "points").out.splitlines() if line.strip()}
    assert rows["alone"] == ["ms", "1", "1", "1", "1", "-", "-", "-"]
    assert rows["beside"] == ["ms", "3", "3", "3", "1", "4", "4", "0.75"]


@pytest.fixture
def driving(monkeypatch):
    """Stands in for what drives the window; notes what it was asked for, and where Qt would have drawn."""
    asked = []

    def note(answer):
        return lambda *arguments: asked.append((*arguments, os.environ.get("QT_QPA_PLATFORM"))) or answer

    measured = {"some": Measure.of([1.0])}
    for name, function, answer in (
        ("tour", "tour", {"steps": 3}),
        ("hover_bench", "measure_hover", measured),
        ("startup_bench", "measure_startup", measured),
        ("points_bench", "measure_points", measured),
    ):
        module = ModuleType(name)
        setattr(module, function, note(answer))
        monkeypatch.setitem(sys.modules, f"latent_explorer.bench.{name}", module)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.setenv(name, "")  # so that what the command sets is taken back too
    monkeypatch.setattr(sys, "platform", "linux")
    return asked


def test_the_tour_is_drawn_offscreen_into_a_folder_new_or_there_already(done, driving, tmp_path):
    assert f"The pictures are in {tmp_path / 'a' / 'b'}" in done("tour", "--out", "a/b").out
    assert done("tour", "--out", "a/b", "--model", "x", "--json").json == {"steps": 3}
    assert [(str(out), model, platform) for out, model, platform in driving] == [
        ("a/b", None, "offscreen"),
        ("a/b", "x", "offscreen"),
    ]


def test_a_tour_needs_a_folder(call, driving, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "file is a file; choose another name" in call("tour", "--out", "file").complaint
    assert not driving


@pytest.mark.parametrize("what", ["hover", "startup"])
def test_the_window_is_measured_by_those_who_drive_it(done, driving, what):
    assert done("bench", what, "--model", "x", "--json").json["some"]["median"] == 1.0
    assert [(model, rest[-1]) for model, *rest in driving] == [("x", "offscreen")]


def test_drawing_points_is_measured_without_a_model(done, driving):
    assert done("bench", "points", "--json").json["some"]["median"] == 1.0
    assert driving == [("offscreen",)]


def test_streaming_is_measured_with_as_many_images_as_asked(done, monkeypatch):
    from latent_explorer.bench import stream_bench

    asked = []
    monkeypatch.setattr(stream_bench, "measure_stream", lambda *rest: asked.append(rest) or {"peak_mib": None})
    assert done("bench", "stream", "--images", 700, "--json").json == {"peak_mib": None}
    assert "peak mib" in done("bench", "stream").out
    assert [(folder.name, images) for folder, images in asked] == [("mnist-ae-2d", 700), ("mnist-ae-2d", 5_000_000)]
