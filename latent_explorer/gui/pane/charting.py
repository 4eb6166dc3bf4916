"""Seeing a map through another chart: when a thread has laid it out, and a process of its own has fitted it first."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.charts import ChartSpec, FitReport
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.job import BackgroundJob, JobEnded
from latent_explorer.session import OpenBundle, Session
from latent_explorer.session.fitting import Fit, begin_fit, fit_is_missing


class Charting(QObject):
    """Has a session see its bundle through charts; at most one is fitted at a time, and the newest wish counts.

    work: what is under way. first: what the next session is to begin with, if not with the usual one. laid_out: the
    bundle of a session as it is seen through the chart of its state.
    """

    laid_out = pyqtSignal(object)
    _heard = pyqtSignal(object, object)  # the job, and what it reports

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared
        self._job: BackgroundJob[Fit] | None = None
        self.first: ChartSpec | None = None
        self._complaint = ""
        self.work: tuple[Work, ...] = ()
        self._token: object = None
        self._then: Callable[[], None] = lambda: None
        self._heard.connect(self._take)  # queued: it comes from a thread of the job's
        self._layout = LatestTask("chart")
        self._layout.done.connect(self._take_layout)
        self._under_way: tuple[Session, OpenBundle, ChartSpec | None] | None = None

    @property
    def fitting(self) -> bool:
        return self._job is not None

    @property
    def busy(self) -> bool:
        """Whether a map is being laid out."""
        return self._under_way is not None

    def choose(self, session: Session, spec: ChartSpec) -> None:
        """See through a chart; where it has to be fitted first, as soon as that is done."""
        self.stop()
        if not fit_is_missing(session.bundle, spec):
            session.see_through(spec)
            return
        self._then = lambda: session.see_through(spec)
        token = self._token = object()
        self._job = begin_fit(session.bundle, spec, lambda report: self._heard.emit(token, report))
        self.work = (Work(f"Fitting the chart {spec}"),)

    def begin(self, session: Session) -> None:
        """A session begins. What is wrong with its first chart is told by `complain`, once the bundle is open."""
        first, self.first = self.first, None
        try:
            if first is not None:
                self.choose(session, first)
        except UserError as error:
            self._complaint = str(error)

    def seen(self, bundle: OpenBundle, chart: ChartSpec | None) -> OpenBundle:
        """A bundle through a chart that was chosen before; as it opens where that is not to be had of it."""
        try:
            return bundle if chart in (None, bundle.spec) else bundle.with_chart(chart)
        except UserError as error:
            self._shared.say(f"The default chart is shown: {error}")
            return bundle

    def lay_out(self, session: Session) -> None:
        """Lay out the map of a session through the chart of its state, in a thread; `laid_out` tells of it."""
        bundle, chart = session.bundle, session.state.chart
        self._under_way = session, bundle, chart
        self._layout.begin(lambda _: _through(bundle, chart))

    def complain(self) -> None:
        if self._complaint:
            self._shared.banner.say(self._complaint)
        self._complaint = ""

    def stop(self) -> None:
        job, self._job, self._token = self._job, None, None
        self.work = ()
        if job is not None:
            job.close()

    def close(self) -> None:
        self.stop()
        self._under_way = None
        self._layout.close()

    def leave(self) -> None:
        """Another session begins: nothing of the one before is wanted any more."""
        self._under_way = None
        self._layout.drop()

    def _take_layout(self, made: OpenBundle | UserError) -> None:
        assert self._under_way is not None
        session, before, chart = self._under_way
        self._under_way = None
        if isinstance(made, OpenBundle) and session.bundle is before:
            self.laid_out.emit(made)
        elif isinstance(made, OpenBundle):
            self.lay_out(session)  # of another moment, or under another class, since
        else:
            self._shared.banner.say(f"The chart was not changed: {made}")
            if session.can_undo and session.state.chart == chart:
                session.undo()

    def _take(self, token: object, report: FitReport | JobEnded) -> None:
        if token is not self._token:
            return  # of a fit that nobody waits for
        if not isinstance(report, JobEnded):
            self.work = (Work(f"Fitting the chart: {report.words}", report.share),)
            return
        self.stop()
        if report.outcome == "done":
            self._then()
        elif report.outcome == "failed":
            self._shared.banner.say(f"The chart was not fitted: {report.reason}")


def _through(bundle: OpenBundle, chart: ChartSpec | None) -> OpenBundle | UserError:
    try:
        seen = bundle.with_chart(chart)
        _ = seen.home
        return seen
    except UserError as error:
        return error
