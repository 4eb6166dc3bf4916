"""Calling the program in this process, as typer's own runner does."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner


@dataclass(frozen=True)
class Outcome:
    """How a call ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON object that it has to be."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def complaint(self) -> str:
        """The one line on standard error of a call that was refused, with nothing on standard output."""
        assert self.code == 2, self
        assert not self.out
        assert self.err.startswith("latent-explorer: ")
        assert self.err.count("\n") == 1, self.err
        return self.err


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Calls `latent-explorer` with some arguments, in an empty folder."""
    from latent_explorer.cli.app import app

    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Outcome:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def done(call: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """As `call`, for calls that have to succeed."""

    def run(*arguments: object) -> Outcome:
        outcome = call(*arguments)
        assert outcome.code == 0, outcome
        return outcome

    return run


@pytest.fixture(scope="session")
def pixels() -> Callable[[Path | str], np.ndarray]:
    """Reads a picture file as an array."""
    return lambda path: np.asarray(Image.open(path))


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dataset in three classes, quickly trained on."""
    path = tmp_path_factory.mktemp("data") / "images.npz"
    labels = np.arange(300) % 3
    noise = np.random.default_rng(0).integers(0, 80, (300, 8, 8, 1))
    np.savez(path, images=(noise + 60 * labels[:, None, None, None]).astype(np.uint8), labels=labels)
    return path
