"""Messages between the window and the trainer survive the way."""

import io
from pathlib import Path

import pytest

from latent_explorer.runs import Job, Recipe, Report
from latent_explorer.runs.protocol import TRAINER, Ask, Begin, Ended, Reported, Request, Stop

REPORT = Report(epoch=1, step=5, steps=9, losses={"loss": 2.5}, test_losses=None, images_per_second=9.0, seconds_left=1)
JOB = Job("mnist", Path("here/vae"), hidden=(8, 4), recipe=Recipe(epochs=3, device="cpu"))


@pytest.mark.parametrize("message", [Begin(job=JOB, keep_bytes=9), Ask(number=1, job=JOB), Stop(keep=False)])
def test_a_request_comes_as_it_was_sent(message: Request) -> None:
    assert TRAINER.requests.read(io.BytesIO(TRAINER.requests.encode(message))) == message


def test_of_replies_cut_off_only_whole_ones_come() -> None:
    whole = Reported(report=REPORT, snapshot=Path("snapshots/5"))
    content = TRAINER.replies.encode(whole) + TRAINER.replies.encode(Ended(bundle=None, complete=True))
    stream = io.BytesIO(content[:-3])
    assert TRAINER.replies.read(stream) == whole
    assert TRAINER.replies.read(stream) is None
