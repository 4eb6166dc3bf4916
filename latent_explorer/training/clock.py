"""How fast a run goes."""

import time
from collections.abc import Callable

from latent_explorer.runs.report import Report


class Clock:
    """Fills in the speed and the time left of the reports of a run that begins now at step `begin` of `steps`.

    now: the time in seconds, without what is not to count.
    """

    def __init__(self, begin: int, steps: int, batch_size: int, now: Callable[[], float] = time.perf_counter) -> None:
        self._begin, self._steps, self._batch_size = begin, steps, batch_size
        self._now, self._time = now, now()

    def report(
        self, epoch: int, step: int, losses: dict[str, float], test_losses: dict[str, float] | None = None
    ) -> Report:
        """The report after `step`."""
        seconds_per_step = (self._now() - self._time) / (step - self._begin)
        return Report(
            epoch=epoch,
            step=step,
            steps=self._steps,
            losses=losses,
            test_losses=test_losses,
            images_per_second=self._batch_size / seconds_per_step,
            seconds_left=seconds_per_step * (self._steps - step),
        )
