"""Seeing a map through another chart: at once, or when a process of its own has fitted it."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.charts import ChartSpec, FitReport
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.job import BackgroundJob, JobEnded
from latent_explorer.session import OpenBundle, Session
from latent_explorer.session.fitting import Fit, begin_fit, fit_is_missing


class Charting(QObject):
    """Has a session see its bundle through charts; at most one is fitted at a time, and the newest wish counts.

    work: what is under way. first: what the next session is to begin with, if not with the usual one.
    """

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

    @property
    def fitting(self) -> bool:
        return self._job is not None

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
            return bundle if chart is None else bundle.with_chart(chart)
        except UserError as error:
            self._shared.say(f"Shown through the usual chart: {error}")
            return bundle

    def complain(self) -> None:
        if self._complaint:
            self._shared.banner.say(self._complaint)
        self._complaint = ""

    def stop(self) -> None:
        job, self._job, self._token = self._job, None, None
        self.work = ()
        if job is not None:
            job.close()

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
