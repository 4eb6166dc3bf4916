"""Changing the chart of a map: a process fits it if necessary, a thread lays out the map."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.charts import CHARTS, Arrays, ChartSpec, FitCache, FitReport, fitted_as
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.banner import Offer
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.places import chart_folder
from latent_explorer.service.job import BackgroundJob, JobEnded
from latent_explorer.session import OpenBundle, Session
from latent_explorer.session.fitting import Fit, begin_fit, fit_is_missing

_KEEP, _CANCEL = "Stop and keep it as it is", "Cancel"


@dataclass(frozen=True, eq=False)
class _Fitting:
    """A running fit for a session. so_far: its latest report that can be kept as a result."""

    session: Session
    spec: ChartSpec
    job: BackgroundJob[Fit]
    so_far: FitReport | None = None


class Charting(QObject):
    """Changes the chart of a session. At most one chart is fitted at a time; the newest request replaces older ones.

    work: the fit in progress. first: the chart of the next session, if not the default. laid_out: the bundle of the
    session through the chart of its state. moved: the places float32 (n, 2) of the data during the fit. stayed: a fit
    that has moved the data ended without a chart.
    """

    laid_out = pyqtSignal(object)
    moved = pyqtSignal(object)
    stayed = pyqtSignal()
    _heard = pyqtSignal(object, object)  # the job and its report

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared
        self._fitting: _Fitting | None = None
        self.first: ChartSpec | None = None
        self._complaint = ""
        self.work: tuple[Work, ...] = ()
        self._token: object = None
        self._moving = False
        self._offer: Offer | None = None
        self._kept: dict[tuple[str, str], Arrays] = {}  # results of fits stopped early, by seal and spec
        self._heard.connect(self._take)  # queued: emitted in a thread of the job
        self._layout = LatestTask("chart")
        self._layout.done.connect(self._take_layout)
        self._under_way: tuple[Session, OpenBundle, ChartSpec | None] | None = None

    @property
    def fitting(self) -> bool:
        return self._fitting is not None

    @property
    def busy(self) -> bool:
        """Whether a map is being laid out."""
        return self._under_way is not None

    def choose(self, session: Session, spec: ChartSpec) -> None:
        """Use a chart for the session; fit it first if necessary."""
        self.stop()
        if self._arrays(session.bundle, spec) is not None or not fit_is_missing(session.bundle, spec):
            session.see_through(spec)
            return
        missing = CHARTS[spec.kind].lacks(session.bundle.latents.label)
        if missing:
            raise UserError(f"chart {spec.kind}: {missing}")
        token = self._token = object()
        job = begin_fit(session.bundle, spec, lambda report: self._heard.emit(token, report))
        self._fitting = _Fitting(session, spec, job)
        self.work = (Work(f"Fitting the chart {spec}"),)
        self._ask({_CANCEL: self.cancel})

    def begin(self, session: Session) -> None:
        """Start with a new session. `complain` reports a problem with its first chart once the bundle is open."""
        first, self.first = self.first, None
        try:
            if first is not None:
                self.choose(session, first)
        except UserError as error:
            self._complaint = str(error)

    def seen(self, bundle: OpenBundle, chart: ChartSpec | None) -> OpenBundle:
        """A bundle through the chart chosen earlier, or through its default chart if that one is not available."""
        try:
            return bundle if chart in (None, bundle.spec) else bundle.with_chart(chart, self._arrays(bundle, chart))
        except UserError as error:
            self._shared.say(f"The default chart is shown: {error}")
            return bundle

    def lay_out(self, session: Session) -> None:
        """Lay out the map of a session for the chart of its state, in a thread; emits `laid_out`."""
        bundle, chart = session.bundle, session.state.chart
        arrays = self._arrays(bundle, chart)
        self._under_way = session, bundle, chart
        self._layout.begin(lambda _: _through(bundle, chart, arrays))

    def complain(self) -> None:
        if self._complaint:
            self._shared.banner.say(self._complaint)
        self._complaint = ""

    def cancel(self) -> None:
        """Stop the running fit and keep the previous chart."""
        if self._fitting is not None:
            self._shared.say("The fit was cancelled.")
            self._end(gives_chart=False)

    def keep(self) -> None:
        """Stop the running fit and use its result so far."""
        fitting = self._fitting
        if fitting is None or fitting.so_far is None or fitting.so_far.so_far is None or fitting.so_far.uv is None:
            self.cancel()
            return
        kept = fitting.so_far.so_far
        made = {name: value for name, value in fitting.spec.parameters.items() if name not in kept.parameters}
        spec = ChartSpec(kept.kind, {**made, **kept.parameters})
        seal, arrays = fitting.session.bundle.seal, {"points": fitting.so_far.uv}
        self._kept[seal, str(fitted_as(spec))] = arrays
        with suppress(UserError):  # the map is shown even if the fit cannot be saved
            FitCache(chart_folder()).keep(seal, fitted_as(spec), arrays)  # the engine looks there, too
        self._end(gives_chart=True)
        self._see(fitting.session, spec)

    def stop(self) -> None:
        """Stop the running fit, if there is one, without a message."""
        self._end(gives_chart=False)

    def close(self) -> None:
        self._moving = False
        self.stop()
        self._under_way = None
        self._layout.close()

    def leave(self) -> None:
        """Drop the work for the previous session."""
        self._moving = False
        self.stop()
        self._under_way = None
        self._layout.drop()

    def _end(self, *, gives_chart: bool) -> None:
        fitting, self._fitting, self._token = self._fitting, None, None
        self.work = ()
        self._ask({})
        if fitting is not None:
            fitting.job.close()
        moving, self._moving = self._moving, False
        if moving and not gives_chart:
            self.stayed.emit()

    def _see(self, session: Session, spec: ChartSpec) -> None:
        """Use a chart whose fit has ended, even if it is the current one."""
        before = session.state
        session.see_through(spec)
        if session.state is before:
            self.stayed.emit()

    def _ask(self, choices: dict[str, Callable[[], object]]) -> None:
        """Offer these ways of ending the fit; replaces the previous offer."""
        if self._offer is not None:
            self._shared.banner.withdraw(self._offer)
        self._offer = None
        if choices and self._fitting is not None:
            title = CHARTS[self._fitting.spec.kind].title
            self._offer = Offer(f"{title} is being fitted; you can go on working meanwhile.", choices)
            self._shared.banner.offer(self._offer)

    def _arrays(self, bundle: OpenBundle, spec: ChartSpec | None) -> Arrays | None:
        """The result of a fit of this chart that was stopped early; None if there is none."""
        if spec is None or spec.kind not in CHARTS:
            return None
        return self._kept.get((bundle.seal, str(fitted_as(spec))))

    def _take_layout(self, made: OpenBundle | UserError) -> None:
        assert self._under_way is not None
        session, before, chart = self._under_way
        self._under_way = None
        if isinstance(made, OpenBundle) and session.bundle is before:
            self.laid_out.emit(made)
        elif isinstance(made, OpenBundle):
            self.lay_out(session)  # the snapshot or the class has changed since
        else:
            self._shared.banner.say(f"The chart was not changed: {made}")
            if session.can_undo and session.state.chart == chart:
                session.undo()

    def _take(self, token: object, report: FitReport | JobEnded) -> None:
        fitting = self._fitting
        if token is not self._token or fitting is None:
            return  # of a fit that is no longer wanted
        if isinstance(report, FitReport):
            self._take_report(fitting, report)
            return
        self._end(gives_chart=report.outcome == "done")
        if report.outcome == "done":
            self._see(fitting.session, fitting.spec)
        elif report.outcome == "failed":
            self._shared.banner.say(f"The chart was not fitted: {report.reason}")

    def _take_report(self, fitting: _Fitting, report: FitReport) -> None:
        self.work = (Work(f"Fitting the chart: {report.words}", report.share),)
        if report.so_far is not None:
            self._fitting = replace(fitting, so_far=report)
        if report.so_far is not None and fitting.so_far is None:
            self._ask({_KEEP: self.keep, _CANCEL: self.cancel})
        if report.uv is not None:
            self._moving = True
            self.moved.emit(report.uv)


def _through(bundle: OpenBundle, chart: ChartSpec | None, fitted: Arrays | None) -> OpenBundle | UserError:
    try:
        seen = bundle.with_chart(chart, fitted)
        z = seen.chart.to_latent(seen.home[:1])  # the first calls are slow: do them in this thread, not in the window's
        _ = seen.chart.to_plane(z)
        return seen
    except UserError as error:
        return error
