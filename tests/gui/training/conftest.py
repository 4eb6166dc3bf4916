"""A trainer that says what a test lets it say, and a window that speaks with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.gui.app import application
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.runs import Report, RunFolder
from latent_explorer.runs.plan import DATASETS
from latent_explorer.runs.protocol import Ask, Begin, Begun, Estimated, Reported, Request
from latent_explorer.service.codec import Refused

STEPS = 10
"""In each epoch of the stand-in's runs."""


class StandIn:
    """Answers estimates at once; all else when it is told to. sent: what it was asked for.

    answers: whether it answers. objection: why what is asked about cannot be trained.
    """

    def __init__(self, on_reply: Callable[[Any], None]) -> None:
        self.say, self.sent, self.closed = on_reply, list[Request](), False
        self.answers, self.objection = True, ""

    def warm(self) -> None:
        pass

    def send(self, request: Request) -> None:
        self.sent.append(request)
        if isinstance(request, Ask) and self.objection:
            self.say(Refused(number=request.number, reason=self.objection))
        elif isinstance(request, Ask) and self.answers:
            away = request.job.source in DATASETS[1:]
            self.say(
                Estimated(
                    number=request.number,
                    seconds=80,
                    memory=2**29,
                    weights=1_600_000,
                    device="cpu",
                    images=(60_000, 70_000),
                    remark="Training downloads 9 MB from example.org first." if away else "",
                    download="9 MB from example.org" if away else "",
                    read=("birds: 3 images", "passed over: 1 file") if "birds" in request.job.source else (),
                )
            )

    def close(self) -> None:
        self.closed = True

    def last(self, kind: type) -> Any:
        """The newest request of a kind; None where there was none."""
        return next((request for request in reversed(self.sent) if isinstance(request, kind)), None)

    def count(self, kind: type) -> int:
        """How many requests of a kind there were."""
        return sum(isinstance(request, kind) for request in self.sent)

    def begin(self, uncovered: str = "") -> Begin:
        """Say that the run that was asked for begins."""
        asked = self.last(Begin)
        epochs = asked.job.recipe.epochs
        self.say(
            Begun(run=asked.job.run.path, steps=STEPS * epochs, per_epoch=STEPS, device="cpu", uncovered=uncovered)
        )
        return asked

    def report(
        self,
        step: int,
        *,
        loss: float = 150.0,
        test: float | None = None,
        snapshot: Path | None = None,
        coverage: dict[str, float] | None = None,
    ) -> None:
        """Say how far the run is, with a loss that is made up."""
        job = self.last(Begin).job
        report = Report(
            epoch=(step - 1) // STEPS + 1,
            step=step,
            steps=STEPS * job.recipe.epochs,
            losses=_terms(loss),
            test_losses=None if test is None else _terms(test),
            images_per_second=12_345.0,
            seconds_left=75.0,
            coverage=coverage,
        )
        self.say(Reported(report=report, snapshot=snapshot))


def _terms(loss: float) -> dict[str, float]:
    return {"loss": loss, "reconstruction": loss - 5, "kl": 5.0}


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the bundles go that are trained in this test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    from latent_explorer.places import trained_folder

    return trained_folder()


@pytest.fixture
def trainers() -> list[StandIn]:
    """The stand-ins that were started."""
    return []


@pytest.fixture
def teacher(
    qapp: QApplication, tmp_path: Path, trained: Path, small_bundle: Path, trainers: list[StandIn]
) -> Iterator[Person]:
    """A person at a window of this test's own, whose trainer is a stand-in."""
    application()

    def start(on_reply: Callable[[Any], None]) -> StandIn:
        trainers.append(StandIn(on_reply))
        return trainers[-1]

    window = MainWindow(Settings(tmp_path / "settings.json"), ThreadEngine, start)
    window.resize(1280, 800)
    window.workbench.open(small_bundle)
    window.show()
    person = Person(window)
    person.wait_for_the_engine()
    yield person
    window.workbench.trainer.stage = "idle"  # nothing is asked at the end of a test
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


@pytest.fixture
def panel(teacher: Person) -> Any:
    """The training panel, shown by its keys."""
    teacher.choose("Train a model…")
    teacher.wait_until(
        lambda: teacher.window.workbench.training.isVisible() and teacher.window.workbench.training.is_made
    )
    return teacher.window.workbench.training


@pytest.fixture
def trainer(panel: Any, trainers: list[StandIn]) -> StandIn:
    """The stand-in behind the panel."""
    return trainers[0]


@pytest.fixture
def running(teacher: Person, panel: Any, trainer: StandIn) -> RunFolder:
    """The folder of a run that was begun with the button."""
    teacher.wait_until(panel.setup.train.isEnabled)
    teacher.press_button(panel.setup.train)
    asked = trainer.begin()
    teacher.wait_until(lambda: teacher.window.workbench.trainer.stage == "training")
    teacher.wait_until(lambda: not teacher.pane.navigator._after)  # its snapshots are listed, in a thread
    return asked.job.run
