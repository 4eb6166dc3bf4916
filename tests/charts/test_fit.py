"""`charts.fit`: the charts of the window for Python callers, each fitted once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from latent_explorer import charts, open_bundle
from latent_explorer.bundles import add_fits, read_latents, read_weights, save_snapshot
from latent_explorer.bundles.config import Moment
from latent_explorer.charts import CHARTS, ChartInput, ChartKind, ChartSpec, FitReport, LinearChart, Parameter
from latent_explorer.errors import UserError
from latent_explorer.session import open_bundle as open_for_the_window

Z = np.random.default_rng(0).standard_normal((200, 4)).astype(np.float32)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[ChartInput]:
    """What a kind of chart that takes long was fitted with, so far."""
    calls: list[ChartInput] = []

    def fit(data: ChartInput) -> Iterator[FitReport]:
        calls.append(data)
        yield FitReport(0.5, "half")
        yield FitReport(1.0)
        return {"axes": np.eye(2, data.means.shape[1]) * data.parameters["size"]}

    def make(data: ChartInput) -> LinearChart:
        return LinearChart(data.name, np.zeros(data.means.shape[1]), data.fitted["axes"])

    size = Parameter("size", "how large", 1.0, low=0.5, high=9)
    monkeypatch.setattr(CHARTS, "_things", dict(CHARTS._things))
    charts.register(ChartKind(name="slow", title="Slow", sentence="", make=make, fit=fit, parameters=(size,)))
    return calls


@pytest.mark.parametrize("value", [Z, Z.tolist(), torch.from_numpy(Z), Z.astype(np.float64)])
def test_latents_of_any_kind_are_laid_out(value: object) -> None:
    chart = charts.fit(value, "principal")
    assert np.allclose(chart.to_plane(Z), charts.principal_chart(Z).to_plane(Z))
    assert chart.to_latent(chart.to_plane(Z)).shape == (200, 4)
    assert chart.to_latent((0, 0)).shape == (4,)


def test_parameters_are_given_by_name_or_in_the_text() -> None:
    by_name = charts.fit(Z, "slice", across=3, up=[0, 1, 1, 0], through=torch.ones(4))
    in_text = charts.fit(Z, "slice:across=3,up=0,1,1,0,through=1,1,1,1")
    both = charts.fit(Z, ChartSpec("slice", {"across": 3.0, "up": 2.0}), up=(0, 1, 1, 0), through=np.ones(4))
    assert by_name.name == in_text.name == both.name == "slice:across=3,through=1,1,1,1,up=0,1,1,0"
    assert (by_name.to_latent((1, 2)) == in_text.to_latent((1, 2))).all()


def test_the_usual_chart_is_that_of_the_window(wide_bundle: Path) -> None:
    window, ours = open_for_the_window(wide_bundle), charts.fit(open_bundle(wide_bundle))
    assert ours.name == window.chart.name
    assert np.array_equal(ours.to_plane(window.latents.mean).astype(np.float32), window.uv)
    assert np.array_equal(charts.fit(window).to_plane(window.latents.mean).astype(np.float32), window.uv)


def test_a_chart_that_a_bundle_brings_along_is_taken_and_not_fitted(
    wide_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "brings"
    shutil.copytree(wide_bundle, folder)
    add_fits(folder, {"tsne": {"points": np.random.default_rng(0).standard_normal((120, 2)).astype(np.float32)}})
    monkeypatch.setattr("latent_explorer.charts.fitting.fit_once", None)
    window, bundle = open_for_the_window(folder), open_bundle(folder)
    for chart in (charts.fit(bundle), charts.fit(bundle, "tsne"), charts.fit(window)):
        assert chart.name == window.chart.name == "tsne"
        assert np.array_equal(chart.to_plane(bundle.latents.mean).astype(np.float32), window.uv)


def test_the_usual_chart_of_a_snapshot_is_turned_as_there(wide_bundle: Path, tmp_path: Path) -> None:
    bundle = open_bundle(wide_bundle)
    moment = Moment(epoch=1, step=1, losses={})
    turned = msgspec.structs.replace(bundle.config, moment=moment, turn=(0.0, -1.0, 1.0, 0.0))
    save_snapshot(tmp_path / "00000001", turned, read_weights(wide_bundle), read_latents(wide_bundle))
    snapshot, window = open_bundle(tmp_path / "00000001"), open_for_the_window(tmp_path / "00000001")
    assert np.array_equal(charts.fit(snapshot).to_plane(window.latents.mean).astype(np.float32), window.uv)
    assert charts.fit(snapshot, "principal").name == "principal"


def test_a_fit_reports_and_is_kept(fitted: list[ChartInput]) -> None:
    reports: list[FitReport] = []
    chart = charts.fit(Z, "slow", report=reports.append)
    assert [each.share for each in reports] == [0.5, 1.0]
    again = charts.fit(Z.copy(), "slow")
    assert len(fitted) == 1
    assert (again.to_plane(Z) == chart.to_plane(Z)).all()
    charts.fit(Z, "slow", size=2)
    charts.fit(Z[:100], "slow")
    charts.fit(Z, "slow", labels=np.zeros(200, np.int64))
    assert len(fitted) == 4
    assert fitted[0].labels is None
    assert (fitted[-1].labels == 0).all()


def test_a_bundles_fit_is_shared_with_the_window(wide_bundle: Path, fitted: list[ChartInput]) -> None:
    charts.fit(open_bundle(wide_bundle), "slow", size=3)
    assert (fitted[0].labels == open_bundle(wide_bundle).latents.label).all()
    seen = open_for_the_window(wide_bundle).with_chart(ChartSpec("slow", {"size": 3.0}))
    assert len(fitted) == 1
    assert seen.chart.name == "slow:size=3"


def test_what_a_report_raises_ends_the_fit(fitted: list[ChartInput]) -> None:
    def stop(_: FitReport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        charts.fit(Z, "slow", report=stop)
    charts.fit(Z, "slow")
    assert len(fitted) == 2


def test_a_disk_that_does_not_take_it_costs_nothing_but_the_next_time(
    fitted: list[ChartInput], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise UserError("the disk is full")

    monkeypatch.setattr(charts.FitCache, "keep", full)
    assert charts.fit(Z, "slow").to_plane(Z).shape == (200, 2)
    assert "the disk is full" in caplog.text


def test_a_kind_that_is_really_fitted_leads_back_to_the_data() -> None:
    centres = 8 * np.eye(4, dtype=np.float32)[np.arange(200) % 4]
    chart = charts.fit(Z + centres, "tsne", perplexity=10)
    uv = chart.to_plane(Z + centres)
    assert uv.shape == (200, 2)
    back = np.linalg.norm(chart.to_latent(uv) - Z - centres, axis=1)
    assert np.median(back) < np.linalg.norm(Z, axis=1).mean()


def test_classes_are_handed_on_to_the_kinds_that_ask_for_them() -> None:
    labels = (Z[:, 3] > 0).astype(np.int64)
    chart = charts.fit(Z, "lda", labels=labels)
    means = [chart.to_plane(Z[labels == each]).mean(0) for each in (0, 1)]
    assert np.linalg.norm(means[0] - means[1]) > 1
    with pytest.raises(UserError, match="lda: it needs the classes of the data"):
        charts.fit(Z, "lda")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((Z, "tsnee"), "no chart called 'tsnee'"),
        ((Z, 3), "expected the name of a kind, found int: one of identity, principal"),
        ((Z, "identity"), "not for a latent space of 4 dimensions"),
        ((Z[0], "principal"), r"latents: expected an array \(n, d\) of at least one, found \(4,\)"),
        ((Z[:0], "principal"), r"found \(0, 4\)"),
        ((Z[None], "principal"), r"found \(1, 200, 4\)"),
        (("mnist-ae-2d", "principal"), "latents: expected numbers, found str"),
    ],
)
def test_what_cannot_be_laid_out_is_said(given: tuple[object, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        charts.fit(*given)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"across": 4}, "across=4: expected a dimension from 0 to 3"),
        ({"acros": 1}, "no parameter 'acros': expected across, up, through"),
        (
            {"across": [[1, 2], [3, 4]]},
            r"across: expected a number, or one for each dimension, found an array \(2, 2\)",
        ),
        ({"across": None}, "across: expected numbers, found NoneType"),
    ],
)
def test_parameters_that_do_not_fit_are_named(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        charts.fit(Z, "slice", **parameters)
    with pytest.raises(UserError, match="no kind: expected one of identity, principal"):
        charts.fit(Z, across=1)


@pytest.mark.parametrize("labels", [np.zeros(199, np.int64), np.zeros(200), np.full(200, -1), "zero"])
def test_labels_that_do_not_fit_are_named(labels: object) -> None:
    with pytest.raises(UserError, match=r"^labels: expected"):
        charts.fit(Z, "principal", labels=labels)


def test_a_bundle_has_labels_of_its_own(wide_bundle: Path) -> None:
    with pytest.raises(UserError, match="labels: the bundle has its own"):
        charts.fit(open_bundle(wide_bundle), "principal", labels=np.zeros(120, np.int64))
