"""What a training run says of itself while it goes on."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Report:
    """The state of a training run after a step.

    epoch: 1..epochs. step, steps: done and planned in all. losses: mean over the steps since the last report, by name.
    test_losses: over the test split with the averaged weights at the end of an epoch, else None.
    images_per_second: since the run was begun or resumed. seconds_left: an estimate from it.
    latents: float32 (k, d), the means of the images watched, at the end of an epoch when any are, else None.
    """

    epoch: int
    step: int
    steps: int
    losses: Mapping[str, float]
    test_losses: Mapping[str, float] | None
    images_per_second: float
    seconds_left: float
    latents: NDArray[np.float32] | None = None


class Clock:
    """Fills in the speed and the time left of the reports of a run that begins now at step `begin` of `steps`."""

    def __init__(self, begin: int, steps: int, batch_size: int) -> None:
        self._begin, self._steps, self._batch_size = begin, steps, batch_size
        self._time = time.perf_counter()

    def report(
        self,
        epoch: int,
        step: int,
        losses: Mapping[str, float],
        test_losses: Mapping[str, float] | None = None,
        latents: NDArray[np.float32] | None = None,
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
            latents=latents,
        )
