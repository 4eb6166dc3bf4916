"""The curves know every report, also of the step at an epoch's end, which is reported twice."""

from latent_explorer.gui.training.history import History
from latent_explorer.runs import Report


def report(step: int, loss: float, test: float | None = None) -> Report:
    return Report(
        epoch=1,
        step=step,
        steps=30,
        losses={"loss": loss},
        test_losses=None if test is None else {"loss": test},
        images_per_second=1.0,
        seconds_left=1.0,
    )


def test_the_test_losses_of_a_step_reported_before_are_taken_and_its_train_losses_only_once() -> None:
    history = History()
    for each in (report(5, 9.0), report(10, 8.0), report(10, 8.0, 7.0), report(10, 8.0, 7.0)):
        history.take(each, per_epoch=10)
    assert history.train["loss"].at == [0.5, 1.0]
    assert history.train["loss"].values == [9.0, 8.0]
    assert (history.test["loss"].at, history.test["loss"].values) == ([1.0], [7.0])
