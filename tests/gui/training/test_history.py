"""The losses as series: each report counts once, and that at an epoch's end brings those on the test images."""

from latent_explorer.gui.training.figures import History
from latent_explorer.runs.report import Report


def report(step: int, loss: float, test: float | None = None) -> Report:
    return Report(
        epoch=1,
        step=step,
        steps=20,
        losses={"loss": loss},
        test_losses=None if test is None else {"loss": test},
        images_per_second=1.0,
        seconds_left=0.0,
    )


def test_the_report_at_an_epochs_end_adds_what_it_brings() -> None:
    history = History()
    for each in (report(5, 4.0), report(10, 3.0), report(10, 3.0, 3.5), report(10, 3.0, 3.5)):
        history.take(each, 10)
    assert (history.train["loss"].at, history.train["loss"].values) == ([0.5, 1.0], [4.0, 3.0])
    assert (history.test["loss"].at, history.test["loss"].values) == ([1.0], [3.5])
