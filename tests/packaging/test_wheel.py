"""The wheel, built and installed as anyone would, works away from the checkout."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def call(*command, cwd):
    """What a program prints, run without this checkout on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    outcome = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, f"{command}\n{outcome.stdout}\n{outcome.stderr}"
    return outcome.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """The programs' folder of a new venv with the wheel in it; its dependencies are those of this interpreter.

    A plain path in a .pth file lends the packages but not the editable installation of the checkout, whose
    own .pth file is not read there.
    """
    venv = tmp_path_factory.mktemp("installed") / "venv"
    call(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    python = venv / SCRIPTS / "python"
    call(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=venv)
    site_packages = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=venv).strip()
    Path(site_packages, "lent.pth").write_text(sysconfig.get_path("purelib"))
    return venv / SCRIPTS


def test_the_wheel_holds_the_models_and_the_resources(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = [path for folder in ("models", "resources") for path in (ROOT / folder).rglob("*") if path.is_file()]
    of_the_readme = ROOT / "resources" / "readme"  # its pictures, which the program never shows
    needed = [path for path in shipped if of_the_readme not in path.parents]
    assert {f"latent_explorer/{path.relative_to(ROOT).as_posix()}" for path in needed} <= names
    assert "latent_explorer/resources/mnist/train-images-idx3-ubyte.gz" in names
    assert "latent_explorer/models/mnist-vae-2d/config.json" in names
    assert "latent_explorer/models/mnist-ae-2d/config.json" in names


def test_all_that_the_program_asks_of_its_resources_is_in_the_wheel_which_is_small(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    asked = {
        name
        for file in (ROOT / "latent_explorer").rglob("*.py")
        for name in re.findall(r'\bresource\("(.+?)"', file.read_text())
    }
    assert asked >= {"icons/latent-explorer.png", "mnist", "thumbnails"}
    for name in asked:
        assert any(each.startswith(f"latent_explorer/resources/{name}") for each in names), name
    thumbnails = {f"{name}.{kind}" for name in ("cifar10-jpeg", "fashion-mnist") for kind in ("avif", "json")}
    assert {f"latent_explorer/resources/thumbnails/{name}" for name in thumbnails} <= set(names)
    assert wheel.stat().st_size < 100e6  # what PyPI takes


def test_the_installed_package_is_the_one_imported(programs, tmp_path):
    where = call(programs / "python", "-c", "import latent_explorer; print(latent_explorer.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent)


def test_the_installed_command_decodes_a_digit(programs, tmp_path):
    command = (programs / "latent-explorer", "decode", "--model", "mnist-ae-2d", "--at", "0,0", "--out", "digit.png")
    call(*command, cwd=tmp_path)
    picture = np.asarray(Image.open(tmp_path / "digit.png").convert("L"))
    assert picture.shape == (28, 28)
    assert np.ptp(picture) > 100
