"""`bench chart`: hover goes on while a chart is fitted, its points are seen to move; the plain way stands beside it."""

import os

from latent_explorer.bench import chart_bench
from latent_explorer.bench.chart_bench import measure_chart


def test_a_real_window_is_measured_while_it_fits(make_bundle, monkeypatch) -> None:
    folder = make_bundle("fitted", latent_dim=5, count=300)
    monkeypatch.setattr(chart_bench, "_REST", 0.5)
    monkeypatch.setattr(chart_bench, "_WARM_UP", 5)
    before = os.environ.get("XDG_CACHE_HOME")
    found = measure_chart(str(folder), "tsne:iterations=100,seed=20")
    assert os.environ.get("XDG_CACHE_HOME") == before
    hover, fit = found["hover_while_fitting"].as_json(), found["fit"]
    assert hover["n"] > 0
    assert hover["at_rest_p99"] > 0
    assert fit["moving_frames"] > 0
    assert fit["moving_frames_a_second"] > 0
    assert 0 < fit["first_picture_seconds"] <= fit["seconds"]
    assert fit["opentsne_cpu_seconds"] > 0
    assert fit["ratio"] > 0
