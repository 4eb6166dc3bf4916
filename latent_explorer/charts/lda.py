"""Linear discriminant analysis: the plane on which classes are farthest apart."""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import LinearMap
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, FitReport, Parameter
from latent_explorer.errors import UserError


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """Fisher 1936, "The use of multiple measurements in taxonomic problems", with scikit-learn.

    The regression of the latents on the plane leads back to latent space; `to_plane` is its inverse.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    yield FitReport(0.0, "finding the directions that tell the classes apart")
    means, labels = _chosen(data)
    middle = means.mean(0)
    found = LinearDiscriminantAnalysis(n_components=min(2, len(np.unique(labels)) - 1)).fit(means, labels)
    forth = found.scalings_[:, : len(found.explained_variance_ratio_)][:, :2]
    share = np.append(found.explained_variance_ratio_, 0)[:2]
    if forth.shape[1] < 2:
        forth = np.hstack([forth, _along_the_rest(means - middle, forth)])
    forth = forth * np.sign(np.take_along_axis(forth, np.abs(forth).argmax(0)[None], 0))
    uv = (means - middle) @ forth
    back = np.linalg.solve(uv.T @ uv, uv.T @ (means - middle))
    return {"middle": middle, "forth": forth, "back": back, "share": share}


def _chosen(data: ChartInput) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The data of the classes to separate."""
    assert data.labels is not None
    wanted = data.parameters["classes"]
    classes = np.unique(data.labels)
    if not isinstance(wanted, str):
        asked = {int(each) for each in (wanted if isinstance(wanted, tuple) else (wanted,))}
        if unknown := sorted(asked - set(classes.tolist())):
            known = ", ".join(map(str, classes[:40].tolist()))
            raise UserError(f"chart {data.name}: no data of class {unknown[0]}: expected some of {known}")
        classes = np.array(sorted(asked))
    if len(classes) < 2:
        raise UserError(
            f"chart {data.name}: it tells classes apart, and needs at least 2 of them, found {len(classes)}"
        )
    some = np.isin(data.labels, classes)
    return data.means[some].astype(np.float64), data.labels[some]


def _along_the_rest(centred: NDArray[np.float64], forth: NDArray[np.float64]) -> NDArray[np.float64]:
    """A second direction (d, 1) if two classes have only one: the widest that is uncorrelated with the first."""
    first = centred @ forth
    rest = centred - first @ np.linalg.lstsq(first, centred, rcond=None)[0]
    _, directions = np.linalg.eigh(np.cov(rest, rowvar=False, bias=True))
    spread = (rest @ directions[:, -1:]).std() or 1.0
    across = directions[:, -1:] / spread
    return np.asarray(across)


def _make(data: ChartInput) -> LinearMap:
    fitted = data.fitted
    share = fitted["share"]
    names = [f"discriminant {n} ({part:.0%})".replace("%", " %") for n, part in enumerate(share, 1) if part > 0]
    u, v = (*names, "widest direction besides")[:2]
    return LinearMap(data.name, fitted["middle"], fitted["forth"], fitted["back"], (u, v))


LDA = ChartKind(
    name="lda",
    title="Linear discriminants (LDA)",
    sentence="The plane that best separates the classes, relative to their width.",
    make=_make,
    fit=_fit,
    parameters=(
        Parameter("classes", "the classes to separate, by number; all if none are given", kind="several", low=0.0),
    ),
    dimensions=range(3, MANY),
    needs_labels=True,
)
