"""The engine is asked about maps: how far they can be trusted, as a whole, at single images, and between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.analysis import Projection
from latent_explorer.atlas import TileKey
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.charts import CHARTS, ChartKind, ChartSpec, chart_for, register
from latent_explorer.engine.handlers.evaluate import Evaluate, want_value_tile
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.judge_points import JudgePoints
from latent_explorer.engine.handlers.measure_map import MapMeasured, MeasureMap
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.loop import WorkList
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.fields import FIELDS
from latent_explorer.service.codec import Numbered, Refused
from latent_explorer.steps import finished


@dataclass(frozen=True, eq=False)
class Guessing:
    """A chart that knows where the data lie, and guesses the latent of a place from the five nearest."""

    name: str
    points: NDArray[np.float32]
    latents: NDArray[np.float32]
    axis_names = ("u", "v")

    def to_latent(self, uv) -> NDArray[np.float32]:
        apart = np.square(np.atleast_2d(uv)[:, None] - self.points[None]).sum(2)
        z = self.latents[np.argsort(apart, axis=1)[:, :5]].mean(1).astype(np.float32)
        return z[0] if np.ndim(uv) == 1 else z

    def to_plane(self, z) -> NDArray[np.float64]:
        if z is self.latents:
            return self.points.astype(np.float64)
        nearest = np.square(np.atleast_2d(z)[:, None] - self.latents[None]).sum(2).argmin(1)
        return self.points[nearest[0] if np.ndim(z) == 1 else nearest].astype(np.float64)

    def slopes(self, uv) -> NDArray[np.float64]:
        return np.zeros((2, self.latents.shape[1]))


def guessing(data) -> Guessing:
    return Guessing(data.name, data.means[:, 3:5].copy(), data.means)


KIND = ChartKind(name="guessing", title="Guessing", sentence="For tests.", make=guessing)


@pytest.fixture
def kind() -> Iterator[None]:
    register(KIND)
    yield
    del CHARTS._things["guessing"]


def asked(folder: Path, *requests: Numbered) -> list[Numbered]:
    return serve_inline([Open(1, str(folder)), *requests])[1:]


def projection(folder: Path, chart: str) -> Projection:
    means = read_latents(folder, read_config(folder)).mean
    return Projection(means, chart_for(means, ChartSpec.of(chart)).to_plane(means))


def test_the_whole_map_and_single_images_are_judged(wide_bundle: Path) -> None:
    some = np.array([100, 3, 50])
    measured, *shares = asked(wide_bundle, MeasureMap(2, "slice:up=4"), JudgePoints(3, "slice:up=4", some))
    expected = projection(wide_bundle, "slice:up=4")
    *_, whole = expected.whole()
    assert isinstance(measured, MapMeasured)
    assert (measured.trustworthiness, measured.continuity) == (whole.trustworthiness, whole.continuity)
    assert (measured.chart, measured.queries, measured.neighbours) == ("slice:up=4", 120, 12)
    assert measured.trustworthiness < 0.999
    assert all(isinstance(each, Values) for each in shares)
    np.testing.assert_array_equal(np.concatenate([each.content for each in shares]), expected.shares(some))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (MeasureMap(2, "slice:up=9"), "a dimension from 0 to 4"),
        (MeasureMap(2, "no such"), "no chart called"),
        (JudgePoints(2, "principal", np.array([0, 120])), "120 latents"),
        (JudgePoints(2, "principal", np.array([-1])), "120 latents"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_words(wide_bundle: Path, request_: Numbered, words: str) -> None:
    (refused,) = asked(wide_bundle, request_)
    assert isinstance(refused, Refused)
    assert words in refused.reason


def test_a_chart_that_is_not_fitted_is_refused(wide_bundle: Path) -> None:
    register(ChartKind(name="unfitted", title="Unfitted", sentence="", make=guessing, fit=lambda data: iter(())))
    try:
        (refused,) = asked(wide_bundle, MeasureMap(2, "unfitted"))
        assert isinstance(refused, Refused)
        assert "must be fitted first" in refused.reason
    finally:
        del CHARTS._things["unfitted"]


def test_a_hover_is_answered_while_a_map_is_measured(wide_bundle: Path) -> None:
    work = WorkList(ModelService(lambda: None, run=lambda task: task()))
    list(work.add([Open(1, str(wide_bundle))]))
    replies = [*work.advance(), *work.advance()]
    list(work.add([MeasureMap(2, "principal")]))
    replies += [*work.advance(), *work.advance()]
    list(work.add([Hover(3, np.zeros(5, np.float32))]))
    replies += work.advance()
    assert isinstance(replies[-1], Picture)
    while not work.idle:
        replies += work.advance()
    assert isinstance(replies[-1], MapMeasured)


@pytest.mark.parametrize("slices", range(1, 6))
def test_a_map_is_measured_though_another_bundle_is_opened_meanwhile(
    wide_bundle: Path, small_bundle: Path, slices: int
) -> None:
    work = WorkList(ModelService(lambda: None, run=lambda task: task()))
    list(work.add([Open(1, str(wide_bundle))]))
    list(work.advance())
    list(work.add([MeasureMap(2, "principal"), JudgePoints(3, "principal", np.arange(20))]))
    for _ in range(slices):
        list(work.advance())
    list(work.add([Open(4, str(small_bundle))]))
    replies: list[Numbered] = []
    while not work.idle:
        replies += work.advance()
    refused = [reply.reason for reply in replies if isinstance(reply, Refused)]
    assert not [reason for reason in refused if "unexpected" in reason]


@pytest.mark.usefixtures("kind")
def test_the_veil_of_a_chart_that_guesses_is_a_matter_of_the_place_on_its_map(wide_bundle: Path) -> None:
    means = read_latents(wide_bundle, read_config(wide_bundle)).mean
    chart = chart_for(means, ChartSpec("guessing"))
    uv = np.concatenate([chart.points[:40].astype(np.float64), [(500.0, 0.0)]])
    z = np.repeat(means[:1], len(uv), axis=0)  # one latent everywhere: only the place tells them apart
    alike, there = (
        np.concatenate([each.content for each in asked(wide_bundle, request)])
        for request in (Evaluate(2, "veil", z), Evaluate(2, "veil", z, chart="guessing", uv=uv))
    )
    assert alike.shape == there.shape == (41, 2)
    assert (alike[:, 1] == 0).all()
    assert len(np.unique(alike[:, 0])) == 1
    assert len(np.unique(there[:40, 1])) > 20
    assert there[-1, 0] == 1  # nothing lies there
    assert "expected error" in FIELDS["veil"].line(there[0], ())


@pytest.mark.usefixtures("kind")
def test_tiles_of_the_veil_tell_the_place_only_where_the_chart_guesses(wide_bundle: Path) -> None:
    means = read_latents(wide_bundle, read_config(wide_bundle)).mean
    for name, told in (("guessing", True), ("principal", False)):
        chart = chart_for(means, ChartSpec(name))
        request = want_value_tile(TileKey("veil", name, 0, 0, 0), chart).make(1)
        assert (request.chart == name, request.uv is not None) == (told, told)
        assert want_value_tile(TileKey("density", name, 0, 0, 0), chart).make(1).uv is None


def test_a_map_is_of_the_bundle_that_was_open_when_it_was_asked_for(small_bundle: Path, wide_bundle: Path) -> None:
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(wide_bundle)
    steps = service.maps.steps("principal")
    service.open_bundle(small_bundle)
    np.testing.assert_array_equal(finished(steps).latents, read_latents(wide_bundle).mean)
