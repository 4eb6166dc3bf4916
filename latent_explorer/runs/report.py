"""What a training run says of itself while it goes on."""

import msgspec


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a training run after a step.

    epoch: 1..epochs. step, steps: done and planned in all. losses: mean over the steps since the last report, by name.
    test_losses: over the test split with the averaged weights at the end of an epoch, else None.
    images_per_second: since the run was begun or resumed. seconds_left: an estimate from it.
    """

    epoch: int
    step: int
    steps: int
    losses: dict[str, float]
    test_losses: dict[str, float] | None
    images_per_second: float
    seconds_left: float
