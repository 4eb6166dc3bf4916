"""A job in a process of its own: it reports, is cancelled, fails in words, and never outlives who asked for it."""

import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latent_explorer.service.codec import Message
from latent_explorer.service.job import BackgroundJob, JobEnded, job_conversation

_LONG = 180.0
_PROGRAM = '''
import os, sys, time
from pathlib import Path
from latent_explorer.errors import DataError
from latent_explorer.service.codec import Message
from latent_explorer.service.job import job_conversation, serve_job

class Count(Message, frozen=True, tag=True):
    """Count up to `upto`, then go wrong; a file says that all was tidied up."""
    upto: int
    file: Path
    fault: str = ""
    ballast: bytes = b""

class Counted(Message, frozen=True, tag=True):
    number: int

COUNTING = job_conversation(Count, Counted, largest=2**22)

def count(request):
    try:
        for number in range(request.upto):
            yield Counted(number)
            time.sleep(0.002)
        if request.fault == "foreseen":
            raise DataError("nothing to count: give a number")
        if request.fault == "exit":
            print("out of fingers", file=sys.stderr, flush=True)
            os._exit(3)
        if request.fault == "hang":
            time.sleep(1000)
        if request.fault:
            raise RuntimeError(request.fault)
    finally:
        request.file.write_text("tidied up")

if __name__ == "__main__":
    serve_job("counting", COUNTING, count)
'''


class Counting:
    """The job as its clients know it, and what it has said."""

    def __init__(self, folder: Path) -> None:
        (folder / "counting_job.py").write_text(_PROGRAM)
        sys.path.insert(0, str(folder))
        import counting_job

        sys.path.remove(str(folder))
        self.module, self.file = counting_job, folder / "tidy"
        self.heard: queue.Queue[Any] = queue.Queue()

    def begin(self, upto: int, fault: str = "", ballast: bytes = b"") -> BackgroundJob[Any]:
        request = self.module.Count(upto, self.file, fault, ballast)
        return BackgroundJob("counting_job", self.module.COUNTING, request, self.heard.put)

    def until_the_end(self) -> list[Any]:
        found = [self.heard.get(timeout=_LONG)]
        while not isinstance(found[-1], JobEnded):
            found.append(self.heard.get(timeout=_LONG))
        return found


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    inherited = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(tmp_path), inherited])))
    monkeypatch.delitem(sys.modules, "counting_job", raising=False)
    return Counting(tmp_path)


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _LONG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_all_reports_come_in_order_and_then_the_end(counting: Counting) -> None:
    job = counting.begin(20)
    *reports, end = counting.until_the_end()
    assert [report.number for report in reports] == list(range(20))
    assert end == JobEnded("done")
    assert until(lambda: job.pid is None)
    assert counting.heard.empty()
    job.close()


def test_a_cancelled_job_tidies_up_and_says_nothing_more(counting: Counting) -> None:
    job = counting.begin(10**6)
    assert counting.heard.get(timeout=_LONG).number == 0
    job.cancel()
    assert counting.until_the_end()[-1] == JobEnded("cancelled")
    assert until(lambda: job.pid is None)
    assert counting.file.read_text() == "tidied up"
    assert counting.heard.empty()


def test_a_job_that_does_not_come_to_its_next_report_is_ended_all_the_same(counting: Counting) -> None:
    job = counting.begin(1, "hang")
    assert counting.heard.get(timeout=_LONG).number == 0
    job.cancel()
    assert counting.until_the_end() == [JobEnded("cancelled")]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("foreseen", "nothing to count: give a number"),
        ("a gap", "an unexpected error of the program: RuntimeError: a gap"),
        ("exit", "stopped unexpectedly: out of fingers"),
    ],
)
def test_a_failure_is_told_in_words(counting: Counting, fault: str, words: str) -> None:
    job = counting.begin(2, fault)
    end = counting.until_the_end()[-1]
    assert end.outcome == "failed"
    assert words in end.reason
    job.close()


def test_a_large_request_arrives_and_may_be_cancelled_before_it_has(counting: Counting) -> None:
    counting.begin(1, ballast=bytes(2**21))
    assert counting.until_the_end()[-1] == JobEnded("done")
    job = counting.begin(10**6, ballast=bytes(2**21))
    job.cancel()
    assert counting.until_the_end()[-1] == JobEnded("cancelled")


def test_a_request_that_is_too_large_fails_and_leaves_no_process(counting: Counting) -> None:
    job = counting.begin(1, ballast=bytes(2**23))
    (end,) = counting.until_the_end()
    assert (end.outcome, "ask for less" in end.reason) == ("failed", True)
    assert until(lambda: job.pid is None)
    assert counting.heard.empty()


def test_another_request_than_the_jobs_is_refused(counting: Counting) -> None:
    class Sing(Message, frozen=True, tag=True):
        song: str

    BackgroundJob("counting_job", job_conversation(Sing, counting.module.Counted), Sing("la"), counting.heard.put)
    (end,) = counting.until_the_end()
    assert (end.outcome, "'Sing'" in end.reason) == ("failed", True)


def test_a_job_ends_when_who_asked_for_it_is_gone(counting: Counting) -> None:
    program = (
        "import time, counting_job\n"
        "from pathlib import Path\n"
        "from latent_explorer.service.job import BackgroundJob\n"
        f"request = counting_job.Count(10**6, Path({str(counting.file)!r}))\n"
        "BackgroundJob('counting_job', counting_job.COUNTING, request, lambda report: print(report, flush=True))\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as window:
        assert window.stdout is not None
        assert b"Counted" in window.stdout.readline()
        window.kill()
    assert until(counting.file.exists)
