"""Charts that are fitted: each goes there and back, says what it lacks, and a fit that is ended early is one too."""

from collections.abc import Iterator

import numpy as np
import pytest

from latent_explorer.charts import (
    CHARTS,
    Chart,
    ChartSpec,
    FitReport,
    NonlinearChart,
    chart_for,
    chart_input,
    checked,
    fitted_as,
    inverse,
)
from latent_explorer.charts.inverse import regressed
from latent_explorer.errors import UserError
from latent_explorer.steps import finished

LABELS = np.repeat(np.arange(4), 150)


def cloud() -> np.ndarray:
    """Four bent bands in six dimensions."""
    random = np.random.default_rng(3)
    along = random.uniform(-1.5, 1.5, (600, 1))
    bent = np.hstack([along, along**2, np.sin(2 * along)])
    middles = 3 * np.eye(6)[:4][LABELS]
    return (middles + np.hstack([bent, np.zeros((600, 3))]) + 0.1 * random.standard_normal((600, 6))).astype(np.float32)


CLOUD = cloud()
KINDS = ("lda", "tsne:iterations=150", "isomap:landmarks=60")


def fit(text: str, means: np.ndarray = CLOUD, labels: np.ndarray | None = LABELS) -> tuple[list[FitReport], dict]:
    spec, reports = checked(ChartSpec.of(text), means.shape[1]), []
    fitting = CHARTS[spec.kind].fit(chart_input(fitted_as(spec), means, labels))
    arrays = finished(fitting, reports.append)
    return reports, arrays


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return {text: chart_for(CLOUD, ChartSpec.of(text), labels=LABELS, fitted=fit(text)[1]) for text in KINDS}


@pytest.fixture
def reports_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report at each step of a fit, however quick."""
    for name in ("tsne", "isomap"):
        monkeypatch.setattr(f"latent_explorer.charts.{name}._FRAME", 0.0)


@pytest.mark.parametrize("text", KINDS)
def test_a_place_on_the_map_comes_back_to_itself(charts: dict[str, Chart], text: str) -> None:
    chart = charts[text]
    home = chart.to_plane(CLOUD)
    places = home[::40] + 0.001 * np.ptp(home, axis=0)
    z = chart.to_latent(places)
    assert (z.dtype, z.shape) == (np.float32, (15, 6))
    off = np.linalg.norm(chart.to_plane(z) - places, axis=1) / np.ptp(home, axis=0).max()
    assert np.median(off) < 1e-5
    assert (off < 1e-3).mean() > 0.85  # the surface may meet itself
    np.testing.assert_allclose(chart.to_latent(places[0]), z[0], atol=1e-5)
    assert len(chart.axis_names) == 2
    assert all(chart.axis_names)


@pytest.mark.parametrize("text", KINDS)
def test_slopes_are_those_of_the_way_back(charts: dict[str, Chart], text: str) -> None:
    chart = charts[text]
    home = chart.to_plane(CLOUD)
    step = 2e-4 * np.ptp(home)
    for uv in home[::100]:
        for axis, slope in zip(np.eye(2), chart.slopes(uv), strict=True):
            rise = chart.to_latent(uv + step * axis).astype(float) - chart.to_latent(uv - step * axis)
            np.testing.assert_allclose(rise / (2 * step), slope, atol=0.1 * np.abs(chart.slopes(uv)).max() + 1e-3)


@pytest.mark.parametrize("text", KINDS[1:])
def test_data_lie_at_their_points_and_their_latents_are_nearly_there(charts: dict[str, Chart], text: str) -> None:
    chart = charts[text]
    np.testing.assert_array_equal(chart.to_plane(CLOUD[::7].copy()), chart.points[::7])
    np.testing.assert_array_equal(chart.to_plane(CLOUD), chart.points)
    exact = NonlinearChart("exact", chart.points, CLOUD, ("a", "b"), 1.0)
    smooth = NonlinearChart("smooth", chart.points, CLOUD, ("a", "b"), 0.0)
    off = [np.linalg.norm(each.to_latent(chart.points) - CLOUD, axis=1).mean() for each in (exact, smooth)]
    assert off[0] < 0.6 * off[1]
    assert off[0] < 0.15 * np.linalg.norm(CLOUD.std(0))


def test_there_is_a_latent_however_far_from_the_data(charts: dict[str, Chart]) -> None:
    chart = charts["tsne:iterations=150"]
    far = chart.to_latent([(1e6, -1e6), (0, 0), (-1e9, 3)])
    assert np.isfinite(far).all()
    assert (far >= CLOUD.min(0) - 1e-3).all()
    assert (far <= CLOUD.max(0) + 1e-3).all()


def test_neighbours_stay_neighbours(charts: dict[str, Chart]) -> None:
    from sklearn.manifold import trustworthiness

    assert trustworthiness(CLOUD, charts["tsne:iterations=150"].points, n_neighbors=12) > 0.97


def test_it_is_the_same_each_time_and_another_with_another_seed() -> None:
    (_, once), (_, again), (_, other) = (
        fit(f"tsne:iterations=20,start=random,seed={seed}", CLOUD[:200], None) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(once["points"], again["points"])
    assert not np.allclose(once["points"], other["points"])


@pytest.mark.usefixtures("reports_at_once")
@pytest.mark.parametrize("text", ["tsne:iterations=30", "isomap:landmarks=20"])
def test_what_there_is_so_far_is_the_whole_fit_of_another_spec(text: str) -> None:
    reports, _ = fit(text)
    assert reports[0].uv is not None
    so_far = [report for report in reports if report.so_far is not None]
    assert len(so_far) > 2
    assert [report.share for report in reports] == sorted(report.share for report in reports)
    early = so_far[1]
    _, alone = fit(str(early.so_far))
    np.testing.assert_allclose(alone["points"], early.uv, rtol=1e-3, atol=1e-3 * np.abs(early.uv).max())


def test_the_detail_needs_no_other_fit_but_has_another_name() -> None:
    smooth, usual = (checked(ChartSpec.of(text), 6) for text in ("tsne:detail=0.1,perplexity=20", "tsne:perplexity=20"))
    assert fitted_as(smooth) == fitted_as(usual) == usual
    assert str(smooth) == "tsne:detail=0.1,perplexity=20"


def test_the_surface_of_many_dimensions_keeps_to_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverse, "_VALUES", 6 * 50**2)
    nodes = regressed(CLOUD[:, :2], CLOUD, 1.0).nodes
    assert nodes.size < 2 * 6 * 50**2


# -- linear discriminants


def test_lda_tells_classes_apart(charts: dict[str, Chart]) -> None:
    chart = charts["lda"]
    uv = chart.to_plane(CLOUD)
    middles = np.stack([uv[label == LABELS].mean(0) for label in range(4)])
    assert (np.linalg.norm(uv[:, None] - middles, axis=2).argmin(1) == LABELS).mean() > 0.8
    assert chart.axis_names[0].startswith("discriminant 1 (")


@pytest.mark.parametrize("classes", ["1,3", "0,1,2"])
def test_of_some_classes_alone(classes: str) -> None:
    chart = chart_for(CLOUD, ChartSpec.of(f"lda:classes={classes}"), fitted=fit(f"lda:classes={classes}")[1])
    z = chart.to_latent([(0.5, -0.25)])
    np.testing.assert_allclose(chart.to_plane(z), [(0.5, -0.25)], atol=1e-4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lda:classes=7", "no data of class 7: expected some of 0, 1, 2, 3"),
        ("lda:classes=2", "at least 2 of them, found 1"),
        ("lda:classes=1.5", "expected whole numbers from 0"),
        ("tsne:perplexity=199", "perplexity 199 needs at least 598 data, found 500"),
        ("tsne:perplexity=1", "expected a number from 2 to 200"),
        ("tsne:start=middle", "expected pca or random"),
        ("isomap:neighbours=2", "expected a whole number from 3 to 100"),
        ("umap:min_dist=2", "expected a number from 0 to 0.99"),
    ],
)
def test_what_is_not_possible_is_said(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        fit(text, CLOUD[:500], LABELS[:500])


def test_few_data_are_refused_in_words() -> None:
    for text in ("tsne", "isomap", "umap"):
        with pytest.raises(UserError, match=r"at least|need"):
            fit(text, CLOUD[:9], None)


def test_what_is_missing_is_said() -> None:
    assert "no labels" in CHARTS["lda"].lacks(None)
    assert CHARTS["lda"].lacks(LABELS) == ""
    assert CHARTS["tsne"].lacks(None) == ""


def test_umap_says_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_explorer.charts.kind.find_spec", lambda name: None)
    assert CHARTS["umap"].lacks(None) == "umap is not installed: pip install 'latent-explorer[umap]'"


def test_islands_are_joined() -> None:
    apart = np.concatenate([CLOUD[:100], CLOUD[100:200] + 1000])
    _, arrays = fit("isomap:landmarks=20", apart, None)
    assert np.isfinite(arrays["points"]).all()
    assert np.ptp(arrays["points"]) > 1000


@pytest.mark.slow
def test_umap_goes_there_and_back() -> None:
    pytest.importorskip("umap")
    _, arrays = fit("umap", CLOUD, None)
    chart = chart_for(CLOUD, ChartSpec("umap"), fitted=arrays)
    np.testing.assert_array_equal(chart.to_plane(CLOUD[3]), chart.points[3])
    assert np.isfinite(chart.to_latent(chart.points)).all()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with np.errstate(all="raise", under="ignore"):
        yield


def test_the_surface_is_no_farther_from_the_nearest_node_than_the_nodes_around_it(charts: dict[str, Chart]) -> None:
    surface = charts[KINDS[1]].surface
    widths, sides = surface.widths(), np.array(surface.nodes.shape[:2])
    middle = np.random.default_rng(0).integers(1, sides - 1, (300, 2))
    off = np.random.default_rng(1).uniform(-0.5, 0.5, (300, 2))
    z = surface.at(surface.corner + (middle + off) * surface.step)
    apart = np.linalg.norm(z - surface.nodes[middle[:, 0], middle[:, 1]], axis=1)
    assert (apart <= widths[middle[:, 0], middle[:, 1]] * (1 + 1e-5)).all()


def test_where_the_surface_cannot_be_it_is_not_looked_for(charts: dict[str, Chart], monkeypatch) -> None:
    chart, asked = charts[KINDS[1]], []
    descended = inverse._descended
    monkeypatch.setattr(inverse, "_descended", lambda *given: asked.append(len(given[1])) or descended(*given))
    astray = CLOUD[:5] + np.float32(40)
    placed = chart.to_plane(astray)
    assert asked == []
    np.testing.assert_allclose(placed, chart.amid(*chart.search.of(astray, inverse.AROUND)))
    chart.to_plane(chart.to_latent(chart.points[:5] + 0.01))
    assert sum(asked) >= 5
