"""Charts that take long: fitted in a process of their own, kept on disk, never read where they are not whole."""

import os
import queue
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_explorer.charts import CHARTS, ChartKind, ChartSpec, FitCache, FitReport, LinearChart, Parameter, register
from latent_explorer.errors import UserError
from latent_explorer.places import chart_folder
from latent_explorer.service.job import JobEnded
from latent_explorer.session import open_bundle
from latent_explorer.session.fitting import begin_fit, fit_chart

SPEC = ChartSpec("power", {"rounds": 3.0})
ARRAYS = {"axes": np.eye(5)[:2], "places": np.arange(6, dtype=np.int64)}


def fit(data):
    """Two leading directions by powers of the covariance, a round at a time."""
    centred = data.means - data.means.mean(0)
    axes = np.eye(data.means.shape[1])[:, :2]
    for number in range(int(data.parameters["rounds"])):
        axes, _ = np.linalg.qr(centred.T @ (centred @ axes))
        yield FitReport((number + 1) / data.parameters["rounds"], "rounds", (centred @ axes).astype(np.float32))
    return {"axes": axes.T}


POWER = ChartKind(
    name="power",
    title="Power iteration",
    sentence="For tests.",
    make=lambda data: LinearChart(data.name, data.means.mean(0), data.fitted["axes"], ("first", "second")),
    fit=fit,
    parameters=(Parameter("rounds", "how many", 9.0, kind="whole", low=1, high=1e6),),
)


@pytest.fixture
def power() -> Iterator[None]:
    register(POWER)
    yield
    del CHARTS._things["power"]


@pytest.fixture
def folder(wide_bundle: Path) -> Path:
    return wide_bundle


@pytest.mark.usefixtures("power")
def test_a_fit_is_made_once_and_then_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(folder)
    with pytest.raises(UserError, match="it must be fitted first"):
        bundle.with_chart(SPEC)
    reports = list(fit_chart(bundle, SPEC))
    assert [round(report.share, 3) for report in reports] == [0.333, 0.667, 1.0]
    seen = bundle.with_chart(SPEC)
    np.testing.assert_allclose(seen.uv, reports[-1].uv, atol=1e-4)
    assert seen.chart.name == "power:rounds=3"
    assert list(fit_chart(bundle, SPEC)) == []
    with pytest.raises(UserError, match="fitted first"):
        bundle.with_chart(ChartSpec("power", {"rounds": 4.0}))


def damage(path: Path, number: int) -> None:
    content = bytearray(path.read_bytes())
    match number:
        case 0:
            path.write_bytes(content[: len(content) // 2])
        case 1:
            content[-9] ^= 1
            path.write_bytes(content)
        case 2:
            path.write_bytes(b"")
        case 3:
            path.write_bytes(b"\xff" * 64)


@pytest.mark.parametrize("number", range(4))
def test_what_is_damaged_counts_as_none(tmp_path: Path, number: int) -> None:
    cache = FitCache(tmp_path)
    cache.keep("seal", SPEC, ARRAYS)
    read = cache.read("seal", SPEC)
    assert all((read[name] == array).all() and read[name].dtype == array.dtype for name, array in ARRAYS.items())
    damage(next(tmp_path.glob("*.fit")), number)
    assert cache.read("seal", SPEC) is None


def test_that_of_another_bundle_or_spec_is_not_taken_even_under_its_name(tmp_path: Path) -> None:
    cache, other = FitCache(tmp_path), ChartSpec("power", {"rounds": 4.0})
    cache.keep("seal", SPEC, ARRAYS)
    (kept,) = tmp_path.glob("*.fit")
    for seal, spec in (("other", SPEC), ("seal", other)):
        assert cache.read(seal, spec) is None
        cache._path(seal, spec).write_bytes(kept.read_bytes())
        assert cache.read(seal, spec) is None


def test_the_folder_keeps_to_its_limit_and_lets_the_oldest_go(tmp_path: Path) -> None:
    specs = [ChartSpec("power", {"rounds": float(number)}) for number in range(4)]
    cache = FitCache(tmp_path, limit=11_000)
    for age, spec in enumerate(specs):
        cache.keep("seal", spec, {"values": np.zeros(800, np.float32)})
        os.utime(cache._path("seal", spec), (1000 + age, 1000 + age))
    assert [cache.read("seal", spec) is not None for spec in specs] == [False, True, True, True]
    with pytest.raises(UserError, match="at most 11,000 are kept"):
        cache.keep("seal", SPEC, {"values": np.zeros(10_000, np.float32)})
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        FitCache(tmp_path / "file" / "charts").keep("seal", SPEC, ARRAYS)


PLUGIN = """
import time
import numpy as np
from latent_explorer.charts import ChartKind, FitReport, LinearChart

def fit(data):
    for number in range(10_000):
        yield FitReport(number / 10_000, "waiting", data.means[:, :2])
        if data.parameters == {} and number == 2:
            return {"axes": np.eye(data.means.shape[1])[:2]}

def endless(data):
    while True:
        yield FitReport(0.5)
        time.sleep(0.01)

def make(data):
    return LinearChart(data.name, 0 * data.means[0], data.fitted["axes"], ("a", "b"))

SLOW = ChartKind(name="slow", title="Slow", sentence="", make=make, fit=fit)
ENDLESS = ChartKind(name="endless", title="Endless", sentence="", make=make, fit=endless)
"""


@pytest.fixture
def heard() -> queue.Queue[Any]:
    return queue.Queue()


def until_the_end(heard: queue.Queue[Any]) -> list[Any]:
    found = [heard.get(timeout=150)]
    while not isinstance(found[-1], JobEnded):
        found.append(heard.get(timeout=150))
    return found


def test_in_a_process_of_its_own_it_reports_and_leaves_a_file(folder: Path, install, heard) -> None:
    install("slowly", PLUGIN, charts="slow = slowly:SLOW")
    bundle = open_bundle(folder)
    job = begin_fit(bundle, ChartSpec("slow"), heard.put)
    *reports, ended = until_the_end(heard)
    job.close()
    assert ended == JobEnded("done")
    np.testing.assert_array_equal(reports[0].uv, bundle.latents.mean[:, :2])
    np.testing.assert_array_equal(bundle.with_chart(ChartSpec("slow")).uv, bundle.latents.mean[:, :2])


def test_it_is_cancelled_and_leaves_nothing(folder: Path, install, heard) -> None:
    install("slowly", PLUGIN, charts="endless = slowly:ENDLESS")
    job = begin_fit(open_bundle(folder), ChartSpec("endless"), heard.put)
    heard.get(timeout=150)
    job.cancel()
    assert until_the_end(heard)[-1] == JobEnded("cancelled")
    job.close()
    assert list(chart_folder().glob("*.fit")) == []


def test_what_is_not_possible_is_said_in_words(folder: Path, heard) -> None:
    job = begin_fit(open_bundle(folder), ChartSpec("identity"), heard.put)
    (ended,) = until_the_end(heard)
    job.close()
    assert ended.outcome == "failed"
    assert "not for a latent space of 5 dimensions" in ended.reason


def test_a_process_that_is_killed_is_told_of_and_another_may_fit(folder: Path, install, heard) -> None:
    install("slowly", PLUGIN, charts="endless = slowly:ENDLESS\nslow = slowly:SLOW")
    bundle = open_bundle(folder)
    job = begin_fit(bundle, ChartSpec("endless"), heard.put)
    heard.get(timeout=150)
    os.kill(job.pid, signal.SIGKILL)
    ended = until_the_end(heard)[-1]
    job.close()
    assert (ended.outcome, "stopped unexpectedly" in ended.reason) == ("failed", True)
    lock = FitCache(chart_folder()).lock(bundle.seal, ChartSpec("endless"))
    assert lock.take()
    with lock:
        pass


@pytest.mark.usefixtures("power")
def test_what_another_process_fits_is_waited_for_and_taken(folder: Path) -> None:
    bundle, cache = open_bundle(folder), FitCache(chart_folder())
    theirs = cache.lock(bundle.seal, SPEC)
    assert theirs.take()
    fitting = fit_chart(bundle, SPEC)
    assert "waiting for another" in next(fitting).words
    assert "waiting for another" in next(fitting).words
    cache.keep(bundle.seal, SPEC, ARRAYS)
    with theirs:
        pass
    with pytest.raises(StopIteration) as end:
        next(fitting)
    np.testing.assert_array_equal(end.value.value["places"], ARRAYS["places"])


@pytest.mark.usefixtures("power")
def test_a_fit_that_is_left_gives_its_lock_back(folder: Path) -> None:
    bundle = open_bundle(folder)
    fitting = fit_chart(bundle, SPEC)
    next(fitting)
    lock = FitCache(chart_folder()).lock(bundle.seal, SPEC)
    assert not lock.take()
    fitting.close()
    assert lock.take()
    with lock:
        pass


@pytest.mark.usefixtures("power")
def test_how_long_it_took_is_kept(folder: Path) -> None:
    bundle = open_bundle(folder)
    list(fit_chart(bundle, SPEC))
    kept = FitCache(chart_folder()).read(bundle.seal, SPEC)
    assert kept is not None
    assert kept["fit_seconds"].shape == (2,)
    assert (kept["fit_seconds"] >= 0).all()


def test_without_labels_the_chart_that_needs_them_says_so(folder: Path) -> None:
    bundle = open_bundle(folder)
    unlabelled = replace(bundle, latents=replace(bundle.latents, label=None))
    with pytest.raises(UserError, match="chart lda: it needs the classes of the data, and this dataset has no labels"):
        next(fit_chart(unlabelled, ChartSpec("lda")))
