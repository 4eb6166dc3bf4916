"""How fast a run goes."""

import time

from latent_explorer.runs.report import Report


class Clock:
    """Fills in the speed and the time left of the reports of a run that begins now at step `begin` of `steps`."""

    def __init__(self, begin: int, steps: int, batch_size: int) -> None:
        self._begin, self._steps, self._batch_size = begin, steps, batch_size
        self._time = time.perf_counter()

    def report(
        self, epoch: int, step: int, losses: dict[str, float], test_losses: dict[str, float] | None = None
    ) -> Report:
        """The report after `step`."""
        seconds_per_step = (time.perf_counter() - self._time) / (step - self._begin)
        return Report(
            epoch=epoch,
            step=step,
            steps=self._steps,
            losses=losses,
            test_losses=test_losses,
            images_per_second=self._batch_size / seconds_per_step,
            seconds_left=seconds_per_step * (self._steps - step),
        )
