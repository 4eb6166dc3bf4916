"""A fit is made once: a kept one is reused, and one that another process is computing is waited for."""

import logging
import time
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.cache import FitCache
from latent_explorer.charts.kind import Arrays, ChartSpec, FitReport
from latent_explorer.charts.neighbours import one_thread
from latent_explorer.charts.registry import CHARTS, chart_input, fitted_as
from latent_explorer.errors import UserError

_log = logging.getLogger(__name__)
_ASK_AGAIN = 0.2  # seconds between two looks whether another process has ended the same fit


def fit_once(
    cache: FitCache,
    seal: str,
    spec: ChartSpec,
    means: NDArray[np.float32],
    labels: NDArray[np.int64] | None,
    *,
    must_keep: bool = True,
) -> Generator[FitReport, None, Arrays]:
    """The result of fitting a checked spec, computed now or kept before under the seal of the data.

    The arrays include `fit_seconds` (2,), wall-clock and processor time. must_keep: otherwise a full disk does not
    matter.
    Raises UserError if something is missing for the kind, the fit is not possible, or its arrays cannot be kept.
    """
    kind, wanted = CHARTS[spec.kind], fitted_as(spec)
    if kind.fit is None:
        return {}
    arrays = cache.read(seal, wanted)
    if arrays is not None:
        return arrays
    if missing := kind.lacks(labels):
        raise UserError(f"chart {kind.name}: {missing}")
    lock = cache.lock(seal, wanted)
    while not lock.take():
        yield FitReport(0.0, "waiting for another window or terminal, which fits the same chart")
        time.sleep(_ASK_AGAIN)
    with lock:
        arrays = cache.read(seal, wanted)
        if arrays is None:
            arrays = yield from _fitted(wanted, means, labels)
            try:
                cache.keep(seal, wanted, arrays)
            except UserError as error:
                if must_keep:
                    raise
                _log.warning("%s", error)
    return arrays


def _fitted(
    wanted: ChartSpec, means: NDArray[np.float32], labels: NDArray[np.int64] | None
) -> Generator[FitReport, None, Arrays]:
    fit = CHARTS[wanted.kind].fit
    assert fit is not None
    clock, processor = time.perf_counter(), time.process_time()
    with one_thread():
        arrays = yield from fit(chart_input(wanted, means, labels))
    return {**arrays, "fit_seconds": np.array((time.perf_counter() - clock, time.process_time() - processor))}
