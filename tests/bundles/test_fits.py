"""A bundle may bring along fitted charts: it opens with the first, at once."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from latent_explorer.bundles import add_fits, add_tiles, check_bundle, read_config, read_fits, read_tiles
from latent_explorer.bundles.files import CONFIG, FITS, sealed_config
from latent_explorer.charts import ChartSpec, NonlinearChart
from latent_explorer.errors import BundleError
from latent_explorer.session import Session, open_bundle
from latent_explorer.session.fitting import fit_chart, fit_is_missing


@pytest.fixture
def folder(wide_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(wide_bundle, tmp_path / "wide"))


@pytest.fixture
def points(folder: Path) -> np.ndarray:
    count = len(open_bundle(folder).latents)
    return np.random.default_rng(0).normal(20, 50, (count, 2)).astype(np.float32)


def test_it_opens_with_the_chart_that_it_brings_along(folder: Path, points: np.ndarray) -> None:
    assert read_fits(folder) == {}
    add_fits(folder, {"tsne": {"points": points}})
    assert (folder / FITS).stat().st_size < 5 * len(points) + 1000
    assert list(read_fits(folder)) == ["tsne"]
    bundle = open_bundle(folder)
    np.testing.assert_allclose(bundle.uv, points, atol=0.01)
    assert isinstance(bundle.chart, NonlinearChart)
    assert (bundle.chart.name, bundle.spec, bundle.usual) == ("tsne", None, ChartSpec("tsne"))
    smooth = ChartSpec("tsne", {"detail": 0.1})
    assert not fit_is_missing(bundle, smooth)
    assert list(fit_chart(bundle, smooth)) == []
    assert bundle.with_chart(smooth).chart.name == "tsne:detail=0.1"
    assert fit_is_missing(bundle, ChartSpec("tsne", {"perplexity": 30.0}))


def test_how_long_the_fit_took_comes_along(folder: Path, points: np.ndarray) -> None:
    add_fits(folder, {"tsne": {"points": points, "fit_seconds": np.array([120.0, 50.0])}})
    assert open_bundle(folder).chart.fit_seconds == (120.0, 50.0)
    add_fits(folder, {"tsne": {"points": points}})
    assert open_bundle(folder).chart.fit_seconds is None


def test_the_session_takes_it_for_the_usual_one(folder: Path, points: np.ndarray) -> None:
    add_fits(folder, {"tsne": {"points": points}})
    session = Session(open_bundle(folder))
    session.see_through(ChartSpec("following"))
    assert session.state.chart == ChartSpec("following")
    assert session.bundle.with_chart(session.state.chart).chart.name == "following"
    session.see_through(ChartSpec("tsne"))
    assert session.state.chart is None
    assert session.bundle.with_chart(None).chart.name == "tsne"


def test_other_changes_of_the_bundle_keep_it(folder: Path, points: np.ndarray) -> None:
    add_fits(folder, {"tsne": {"points": points}, "isomap": {"points": -points}})
    tiles = read_tiles(folder)
    if tiles is not None:
        add_tiles(folder, tiles)
    check_bundle(folder)
    assert open_bundle(folder).chart.name == "isomap"  # the first by name
    add_fits(folder, {})
    assert read_fits(folder) == {}
    assert open_bundle(folder).chart.name == "following"


def test_a_chart_of_a_kind_that_is_not_there_is_passed_over(folder: Path, points: np.ndarray) -> None:
    add_fits(folder, {"another-package": {"points": points}})
    assert open_bundle(folder).chart.name == "following"


def put(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    config = read_config(folder)
    contents = {name: (folder / name).read_bytes() for name in config.files if name != CONFIG}
    contents[FITS] = save(arrays)
    (folder / FITS).write_bytes(contents[FITS])
    (folder / CONFIG).write_bytes(sealed_config(config, contents))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tsne|points": np.zeros((3, 2), np.uint16)}, r"tsne\|points as uint16"),
        ({"tsne|low": np.array([0, np.nan], np.float32)}, r"tsne\|low within"),
        ({"tsne|step": np.array([1, 1e9], np.float32)}, r"tsne\|step within"),
        ({"tsne|more": np.zeros(2, np.float32)}, "expected the arrays"),
        ({"|points": np.zeros((3, 2), np.uint16)}, "1 to 8 charts by their specs"),
        ({f"{'x' * 300}|points": np.zeros((3, 2), np.uint16)}, "1 to 8 charts by their specs"),
        ({f"{number}|points": np.zeros((3, 2), np.uint16) for number in range(9)}, "1 to 8 charts by their specs"),
    ],
)
def test_what_does_not_fit_is_refused(folder: Path, points: np.ndarray, change: dict, reason: str) -> None:
    add_fits(folder, {"tsne": {"points": points}})
    put(folder, {**load_file(folder / FITS), **change})
    with pytest.raises(BundleError, match=reason):
        check_bundle(folder)


def test_one_that_is_damaged_or_not_sealed_is_refused(folder: Path, points: np.ndarray) -> None:
    add_fits(folder, {"tsne": {"points": points}})
    content = bytearray((folder / FITS).read_bytes())
    content[-1] ^= 1
    (folder / FITS).write_bytes(content)
    with pytest.raises(BundleError, match="damaged or was changed"):
        open_bundle(folder)
