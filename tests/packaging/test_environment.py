"""When `.venv` is made, installed into and left alone."""

import contextlib
import subprocess
from types import SimpleNamespace

import pytest


class FakePip:
    """Gives the lines of one pip run and its exit code; counts the runs."""

    def __init__(self):
        self.targets, self.lines, self.returncode = [], ["Collecting torch\n"], 0

    @contextlib.contextmanager
    def __call__(self, target):
        self.targets.append(target)
        yield SimpleNamespace(stdout=iter(self.lines), returncode=self.returncode)


@pytest.fixture
def environment(script, monkeypatch, tmp_path):
    """The module, at work on an empty checkout whose venvs hold no more than a python."""
    module = script("environment")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    paths = {"ROOT": tmp_path, "VENV": tmp_path / ".venv"}
    paths |= {"STAMP": paths["VENV"] / "installed", "UNFINISHED": paths["VENV"] / "installing"}
    for name, path in paths.items():
        monkeypatch.setattr(module, name, path)
    monkeypatch.setattr(module, "runs_pip", lambda: module.program("python").exists())
    monkeypatch.setattr(module.subprocess, "run", lambda command, **_: make_venv(module, command))
    return module


def make_venv(module, command):
    assert command[1:] == ["-m", "venv", "--clear", str(module.VENV)]
    module.program("python").parent.mkdir(parents=True, exist_ok=True)
    module.program("python").touch()
    module.UNFINISHED.unlink(missing_ok=True)
    return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def pip(environment, monkeypatch):
    fake = FakePip()
    monkeypatch.setattr(environment, "pip_install", fake)
    return fake


def test_the_first_run_installs_and_the_second_does_nothing(environment, pip):
    environment.prepare()
    assert environment.is_prepared("")
    environment.prepare()
    assert pip.targets == [str(environment.ROOT)]


def test_an_extra_is_asked_for_by_name(environment, pip):
    environment.prepare("test")
    assert pip.targets == [f"{environment.ROOT}[test]"]


def test_the_test_extra_serves_the_explorer_but_not_the_other_way_round(environment, pip):
    environment.prepare("test")
    environment.prepare()
    assert len(pip.targets) == 1
    environment.STAMP.write_text(environment.digest(""))
    environment.prepare("test")
    assert len(pip.targets) == 2


def test_a_changed_project_file_is_installed_again(environment, pip):
    environment.prepare()
    (environment.ROOT / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    environment.prepare()
    assert len(pip.targets) == 2


def test_a_venv_without_a_stamp_is_kept_and_installed_into(environment, pip, monkeypatch):
    make_venv(environment, ["python3", "-m", "venv", "--clear", str(environment.VENV)])
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: pytest.fail("a venv was made"))
    environment.prepare()
    assert len(pip.targets) == 1
    assert environment.is_prepared("")


def test_a_failing_pip_gives_its_last_lines_and_no_stamp(environment, pip, capsys):
    pip.lines, pip.returncode = ["noise\n"] * 30 + ["ERROR: No matching distribution found for torch\n"], 1
    with pytest.raises(SystemExit) as leaving:
        environment.prepare()
    assert leaving.value.code == 2
    assert "No matching distribution" in (message := capsys.readouterr().err)
    assert message.count("noise") < 10
    assert not environment.is_prepared("")
    assert not environment.UNFINISHED.exists()


def test_an_installation_cut_off_halfway_is_begun_afresh(environment, pip, monkeypatch):
    pip.lines = cut_off(["Collecting torch\n", "Installing collected packages: torch, latent-explorer\n"])
    with pytest.raises(SystemExit) as leaving:
        environment.prepare()
    assert leaving.value.code == 130
    assert environment.UNFINISHED.exists()
    made = []
    monkeypatch.setattr(environment.subprocess, "run", lambda c, **_: made.append(c) or make_venv(environment, c))
    pip.lines = ["Successfully installed\n"]
    environment.prepare()
    assert len(made) == 1
    assert environment.is_prepared("")


def cut_off(lines):
    yield from lines
    raise KeyboardInterrupt


def test_a_python_without_ensurepip_asks_debian_for_it(environment, monkeypatch):
    asked = []
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment.machine, "provide_packages", lambda packages, wanted_by: asked.extend(packages))
    environment.provide_ensurepip()
    version = environment.sys.version_info
    assert asked == [f"python{version.major}.{version.minor}-venv"]


def test_the_lock_is_free_again_afterwards(environment):
    for _ in range(2):
        with environment.one_at_a_time():
            pass


def test_windows_keeps_its_programs_elsewhere(environment, monkeypatch):
    monkeypatch.setattr(environment.os, "name", "nt")
    assert environment.program("python") == environment.VENV / "Scripts" / "python.exe"
