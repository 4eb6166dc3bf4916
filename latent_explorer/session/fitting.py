"""Charts that take long are fitted in a separate process, which reports progress and leaves a file.

Run as `python -m latent_explorer.session.fitting`; the window starts it with `begin_fit`.
"""

from collections.abc import Callable, Generator
from pathlib import Path

from latent_explorer.charts import Arrays, ChartSpec, FitCache, FitReport, brought, checked, fitted_as, needs_fit
from latent_explorer.charts.once import fit_once
from latent_explorer.places import chart_folder
from latent_explorer.service.codec import Message
from latent_explorer.service.job import BackgroundJob, JobEnded, job_conversation, serve_job
from latent_explorer.session.opened import OpenBundle, open_bundle


class Fit(Message, frozen=True, tag=True):
    """Fit the chart of a spec to the latents of the bundle in a folder."""

    folder: Path
    spec: ChartSpec


FITTING = job_conversation(Fit, FitReport)


def begin_fit(
    bundle: OpenBundle, spec: ChartSpec, on_report: Callable[[FitReport | JobEnded], None]
) -> BackgroundJob[Fit]:
    """Fit in the background; after JobEnded("done") `bundle.with_chart(spec)` is quick.

    on_report: called in a thread of the job with each report, and finally with JobEnded.
    """
    return BackgroundJob("latent_explorer.session.fitting", FITTING, Fit(bundle.folder, spec), on_report)


def fit_is_missing(bundle: OpenBundle, spec: ChartSpec) -> bool:
    """Whether a chart must be fitted before a bundle can be seen through it."""
    if not needs_fit(spec):
        return False
    wanted = fitted_as(checked(spec, bundle.latents.mean.shape[1]))
    return str(wanted) not in bundle.fits and not FitCache(chart_folder()).has(bundle.seal, wanted)


def fit_chart(bundle: OpenBundle, spec: ChartSpec) -> Generator[FitReport, None, Arrays]:
    """Fit in this process, or take the kept fit; returns the arrays, and keeps them.

    If another process is fitting it, waits and takes the result; see `charts.once`.
    Raises UserError if the spec is not possible for the bundle, or the disk cannot take the result.
    """
    chosen, latents = checked(spec, bundle.latents.mean.shape[1]), bundle.latents
    if (there := brought(bundle.fits, chosen)) is not None:
        return there
    return (yield from fit_once(FitCache(chart_folder()), bundle.seal, chosen, latents.mean, latents.label))


def _work(request: Fit) -> Generator[FitReport, None, None]:
    yield from fit_chart(open_bundle(request.folder), request.spec)


if __name__ == "__main__":
    serve_job("fitting", FITTING, _work)
