"""Every command on every hostile bundle ends with 0, or with 2 and one sentence; never with a traceback."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from latent_explorer.cli.app import app

OPENED: list[str] = []
COMMANDS = (
    ("evaluate", "{}"),
    ("decode", "--at", "0,0", "--model", "{}", "--out", "{}.png"),
    ("grid", "--model", "{}", "--columns", "2", "--rows", "2", "--out", "{}.grid.png"),
    ("export", "latents", "--model", "{}", "--out", "{}.npz"),
    ("export", "map", "--model", "{}", "--out", "{}.svg"),
)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if OPENED and event in ("socket.connect", "subprocess.Popen"):
        OPENED.append(f"{event} {arguments}"[:200])


sys.addaudithook(_hear)


@pytest.fixture
def listening() -> Iterator[list[str]]:
    """What connections and processes were begun meanwhile, after the first entry."""
    OPENED.append("begun")
    yield OPENED
    OPENED.clear()


def complaint(folder: Path, seed: int) -> str:
    """What is wrong with how a command ended; empty where nothing is."""
    arguments = [part.format(folder) for part in COMMANDS[seed // 2 % len(COMMANDS)]]
    result = CliRunner().invoke(app, arguments)
    said = result.stderr
    if result.exit_code not in (0, 2) or "Traceback" in said or "fault of this program" in said:
        return f"seed {seed}: {arguments[0]} ended with {result.exit_code}: {said[-500:]}"
    if result.exit_code == 2 and (said.count("\n") != 1 or "\x1b" in said or len(said) > 2200):
        return f"seed {seed}: {arguments[0]} said {said[:300]!r}"
    return ""


def tried(make_hostile, tmp_path: Path, seed: int) -> str:
    folder = make_hostile(tmp_path / f"{seed}", seed)
    try:
        return complaint(folder, seed)
    finally:
        shutil.rmtree(folder)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**30))
def test_some(make_hostile, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    assert not tried(make_hostile, tmp_path_factory.mktemp("some"), seed)


@pytest.mark.slow
def test_a_thousand(make_hostile, tmp_path: Path, listening: list[str]) -> None:
    found = [said for seed in range(1000) if (said := tried(make_hostile, tmp_path, seed))]
    assert not found, f"{len(found)} of 1000:\n" + "\n".join(found[:20])
    assert listening == ["begun"]
