"""Messages between the window and the trainer survive the way."""

import io
from pathlib import Path

import pytest

from latent_explorer.runs import Job, Recipe, Report, protocol

REPORT = Report(epoch=1, step=5, steps=9, losses={"loss": 2.5}, test_losses=None, images_per_second=9.0, seconds_left=1)
JOB = Job("mnist", Path("here/vae"), hidden=(8, 4), recipe=Recipe(epochs=3, device="cpu"))


@pytest.mark.parametrize(
    "message", [protocol.Begin(job=JOB, keep_bytes=9), protocol.Ask(number=1, job=JOB), protocol.Stop(keep=False)]
)
def test_a_request_comes_as_it_was_sent(message: protocol.Request) -> None:
    stream = io.BytesIO()
    protocol.write(stream, message)
    stream.seek(0)
    assert list(protocol.requests(stream)) == [message]


def test_of_replies_cut_off_only_whole_ones_come() -> None:
    stream = io.BytesIO()
    whole = protocol.Reported(report=REPORT, snapshot=Path("snapshots/5"))
    protocol.write(stream, whole)
    protocol.write(stream, protocol.Ended(bundle=None, complete=True))
    assert list(protocol.replies(io.BytesIO(stream.getvalue()[:-3]))) == [whole]
