"""`evaluate --chart`: the figures of maps, one beside the other, and where they come from."""

import numpy as np
import pytest

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.charts import NonlinearChart, chart_for
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.training.chart_figures import ChartJudge, spearman
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.evaluate import dataset_of

KEYS = {"trustworthiness", "continuity", "decoded_mse", "smoothness", "veil_spearman", "fit_cpu_seconds"}


@pytest.fixture
def few_held(monkeypatch):
    """Trust is calibrated on few of the few test images, so that some are left to be measured."""
    monkeypatch.setattr("latent_explorer.analysis.trust._HELD_OUT", 5)
    monkeypatch.setattr("latent_explorer.analysis.trust._FEWEST", 2)


@pytest.mark.usefixtures("few_held")
def test_charts_are_measured_beside_each_other(done, wide_bundle):
    found = done("evaluate", wide_bundle, "--chart", "principal", "--chart", "slice:up=4", "--json").json
    assert set(found["charts"]) == {"principal", "slice:up=4"}
    assert found["charts"]["principal"].keys() >= KEYS
    assert {key: found[key] for key in KEYS} == {key: found["charts"]["principal"][key] for key in KEYS}
    assert found["fit_cpu_seconds"] == 0
    assert found["queries"] == 120
    assert 0 < found["charts"]["slice:up=4"]["trustworthiness"] <= 1
    assert 0 < found["decoded_mse"] < 1
    assert 0 < found["smoothness"] < 1
    shown = done("evaluate", wide_bundle, "--chart", "principal").out
    assert all(words in shown for words in ("trustworthiness", "decoded mse", "veil spearman", "principal"))


def test_a_chart_that_is_not_possible_is_refused(call, wide_bundle):
    assert "no chart called 'no'" in call("evaluate", wide_bundle, "--chart", "no").complaint


@pytest.mark.usefixtures("few_held")
def test_a_chart_that_guesses_is_measured_by_what_it_shows_at_each_images_place(wide_bundle):
    config = read_config(wide_bundle)
    latents, images = read_latents(wide_bundle, config), dataset_of(config)
    judge = ChartJudge(load_bundle_model(wide_bundle, config), latents, images, choose_device("cpu"))
    points = latents.mean[:, 3:].copy()

    def figures(detail: float):
        chart = NonlinearChart("some", points, latents.mean, ("u", "v"), detail, (2.0, 1.5))
        return judge.measure(chart, judge.whole(chart))

    exact, smooth = figures(1.0), figures(0.0)
    assert (exact.trustworthiness, exact.continuity) == (smooth.trustworthiness, smooth.continuity)
    assert exact.decoded_mse < smooth.decoded_mse
    assert exact.smoothness > smooth.smoothness
    assert exact.fit_cpu_seconds == 1.5
    assert exact.veil_spearman is None or -1 <= exact.veil_spearman <= 1


@pytest.mark.usefixtures("few_held")
def test_without_images_the_map_is_measured_all_the_same(wide_bundle):
    config = read_config(wide_bundle)
    latents = read_latents(wide_bundle, config)
    judge = ChartJudge(load_bundle_model(wide_bundle, config), latents, None, choose_device("cpu"))
    chart = chart_for(latents.mean)
    found = judge.measure(chart, judge.whole(chart))
    assert (found.decoded_mse, found.veil_spearman) == (None, None)
    assert found.smoothness > 0


def test_what_does_not_change_has_no_rank_correlation():
    assert spearman(np.ones(5), np.arange(5.0)) is None
    assert spearman(np.arange(5.0), np.arange(5.0) ** 3) == pytest.approx(1)
