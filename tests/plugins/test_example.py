"""A package of its own, installed into an environment of its own, adds things that appear and work everywhere."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import read_config
from latent_explorer.errors import BundleError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).parent / "example"
NAMES = ("absolute", "random", "radius")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def call(*command: object, cwd: Path) -> str:
    """What a program prints, run without this checkout on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    outcome = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, f"{command}\n{outcome.stdout}\n{outcome.stderr}"
    return outcome.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs python in a new environment with the example in it; the rest is lent by this interpreter and checkout."""
    folder = tmp_path_factory.mktemp("environment")
    python = folder / "venv" / SCRIPTS / "python"
    call(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    site_packages = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    Path(site_packages, "lent.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    call(sys.executable, "-m", "pip", "--python", python, "install", *options, EXAMPLE, cwd=folder)

    def run(*arguments: object) -> str:
        return call(python, *arguments, cwd=folder)

    return run


def test_the_example_is_small() -> None:
    files = [*EXAMPLE.rglob("*.py"), *EXAMPLE.rglob("*.toml")]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 60


def test_it_is_listed_and_found_in_order(program) -> None:
    found = json.loads(program("-m", "latent_explorer", "plugins", "--json"))
    assert {each["name"]: each["state"] for each in found["plugins"]} == dict.fromkeys(NAMES, "works")
    assert {each["package"] for each in found["plugins"]} == {"latent-explorer-example 1.0"}


@pytest.fixture(scope="module")
def trained(program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the example's family, trained for a few steps by the command line."""
    folder = tmp_path_factory.mktemp("trained")
    images = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 1), np.uint8)
    np.savez(folder / "noise.npz", images=images, labels=np.arange(60) % 3)
    sizes = ("--latent-dim", 5, "--hidden", 16, "--epochs", 2, "--batch-size", 16, "--precision", "float32")
    places = ("--dataset", folder / "noise.npz", "--out", folder / "bundle")
    found = json.loads(program("-m", "latent_explorer", "train", "--family", "absolute", *sizes, *places, "--json"))
    assert found["epochs"] == 2
    return folder / "bundle"


def test_it_is_on_the_command_line_and_works_there(program, trained: Path) -> None:
    assert "A plane in two random directions" in program("-m", "latent_explorer", "grid", "--help")
    assert "absolute" in program("-m", "latent_explorer", "train", "--help")
    arguments = ("grid", "--model", trained, "--chart", "random:seed=2", "--columns", 2, "--rows", 2)
    found = json.loads(program("-m", "latent_explorer", *arguments, "--out", "random.png", "--json"))
    assert found["chart"] == "random:seed=2"


def test_it_is_in_the_window_and_works_there(program, trained: Path) -> None:
    assert program(Path(__file__).parent / "at_the_window.py", trained).endswith("works\n")


def test_without_the_package_its_bundle_is_refused_with_what_to_do(trained: Path) -> None:
    with pytest.raises(BundleError, match=r"'absolute'.*install that package"):
        read_config(trained)
