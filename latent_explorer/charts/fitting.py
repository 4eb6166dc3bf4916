"""Charts for Python callers: fitted to a bundle or to latents alone, once for each."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.array_like import as_array, as_latents
from latent_explorer.charts.cache import FitCache
from latent_explorer.charts.chart import Chart
from latent_explorer.charts.kind import Arrays, ChartSpec, FitReport, Value
from latent_explorer.charts.once import fit_once
from latent_explorer.charts.registry import CHARTS, brought, chart_for, checked, usual_spec
from latent_explorer.errors import UserError
from latent_explorer.places import chart_folder
from latent_explorer.steps import finished


def fit(
    data: Any,
    kind: str | ChartSpec | None = None,
    *,
    labels: Any = None,
    report: Callable[[FitReport], None] = lambda _: None,
    **parameters: Any,
) -> Chart:
    """A chart of latents: the two-way map between them and a plane.

    Its `to_plane` takes latents (n, d) and returns plane points float64 (n, 2); its `to_latent` takes plane points and
    returns latents float32 (n, d); for one point, (2,) and (d,).

    data: a bundle, or latents (n, d) as an array, a tensor or a list. kind: its name, such as "principal" or "tsne", or
    a text with parameters in the form of `--chart`, "slice:across=3,up=7"; None for the default one, with which the
    window opens. `list(charts.CHARTS)` has the names, `charts.CHARTS[name].parameters` the parameters, which are given
    by name. labels: int (n,), for latents without a bundle and kinds that need classes.
    report: called with a FitReport during a fit, which takes long for some kinds; an exception from it ends the fit.

    The result is kept on disk, and shared with the window and the terminal.
    Raises UserError if there is no such kind, it does not fit the latent space, or it has no such parameter.

    >>> from latent_explorer import charts, open_bundle
    >>> bundle = open_bundle("mnist-vae-16d")
    >>> chart = charts.fit(bundle, "slice", across=3, up=7)
    >>> chart.name, chart.axis_names
    ('slice:across=3,up=7', ('dimension 3', 'dimension 7'))
    >>> uv = chart.to_plane(bundle.latents.mean)
    >>> uv.shape, chart.to_latent([0.5, -1.0]).shape
    ((70000, 2), (16,))
    """
    means, classes, seal, turn = _latents_of(data, labels)
    fits, asked = getattr(data, "fits", {}), _spec(kind, parameters)
    spec = usual_spec(fits, means.shape[1]) if asked is None else checked(asked, means.shape[1])
    arrays = brought(fits, spec) or _fitted(spec, means, classes, seal, report)
    return chart_for(means, spec, turn, labels=classes, fitted=arrays)


def _fitted(
    spec: ChartSpec,
    means: NDArray[np.float32],
    labels: NDArray[np.int64] | None,
    seal: str,
    report: Callable[[FitReport], None],
) -> Arrays | None:
    """The result of a fit, new or kept; None for a kind without one."""
    if CHARTS[spec.kind].fit is None:
        return None
    return finished(fit_once(FitCache(chart_folder()), seal, spec, means, labels, must_keep=False), report)


def _latents_of(
    data: Any, labels: Any
) -> tuple[NDArray[np.float32], NDArray[np.int64] | None, str, tuple[float, float, float, float] | None]:
    """Latents (n, d), their labels, their identity, and the turn of their default chart."""
    if hasattr(data, "latents") and hasattr(data, "seal"):
        if labels is not None:
            raise UserError("labels: the bundle has its own; leave them out, or pass its latents instead of it")
        return data.latents.mean, data.latents.label, data.seal, data.config.turn
    means = as_latents(data, None)
    if means.ndim != 2 or not means.size:
        raise UserError(f"latents: expected an array (n, d) of at least one, found {means.shape}")
    classes = None if labels is None else _labels(labels, len(means))
    digest = hashlib.sha256(repr(means.shape).encode() + means.tobytes())
    digest.update(b"" if classes is None else classes.tobytes())
    return means, classes, f"latents {digest.hexdigest()}", None


def _labels(labels: Any, count: int) -> NDArray[np.int64]:
    array = as_array(labels, "labels")
    if array.dtype.kind not in "iu" or array.shape != (count,) or array.min() < 0:
        raise UserError(f"labels: expected whole numbers from 0 on, ({count},), found {array.dtype} {array.shape}")
    return array.astype(np.int64)


def _spec(kind: str | ChartSpec | None, parameters: dict[str, Any]) -> ChartSpec | None:
    if kind is None:
        if parameters:
            raise UserError(f"chart: {', '.join(parameters)} given, but no kind: expected one of {', '.join(CHARTS)}")
        return None
    spec = ChartSpec.of(kind) if isinstance(kind, str) else kind
    if not isinstance(spec, ChartSpec):
        raise UserError(f"chart: expected the name of a kind, found {type(kind).__name__}: one of {', '.join(CHARTS)}")
    return ChartSpec(spec.kind, spec.parameters | {name: _value(name, value) for name, value in parameters.items()})


def _value(name: str, value: Any) -> Value:
    """A parameter in the form of a spec."""
    if isinstance(value, str):
        return value
    array = as_array(value, name)
    if array.ndim > 1:
        raise UserError(f"{name}: expected a number, or one for each dimension, found an array {array.shape}")
    return float(array) if array.ndim == 0 else tuple(map(float, array))
