"""The program as a whole: how it starts, how it helps, how it ends."""

import importlib.metadata
import json
import os
import shlex
import subprocess
import sys
from types import ModuleType

import pytest
import typer

from latent_explorer import __version__
from latent_explorer.cli.app import app
from latent_explorer.cli.window import WindowWish, window_wish

WINDOW = "latent_explorer.gui.app"
HEAVY = ("typer", "rich", "numpy", "torch")


def commands(command=None, path=()):
    """Every command with the words that call it."""
    command = command or typer.main.get_command(app)
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


def examples(command):
    """The examples in a command's help, as words."""
    lines = [line.strip() for line in command.epilog.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("latent-explorer")]


@pytest.mark.parametrize(("path", "command"), list(commands()))
def test_every_help_has_an_example_of_its_command(done, path, command):
    text = done(*path, "--help").out
    assert command.help.partition("\n")[0] in text
    assert examples(command)
    for words in examples(command):
        assert words[0] == "latent-explorer"
        assert [word for word in words[1:] if word in path] == list(path)
        assert f"  {shlex.join(words[:2])}" in text


def test_the_examples_that_need_no_window_and_no_long_training_work(done, tmp_path):
    for path, command in commands():
        if path in (("models",), ("decode",), ("grid",), ("interpolate",), ("export",)):
            for words in examples(command):
                done(*words[1:], *([] if "models" in words or "--overwrite" in words else ["--overwrite"]))
    picture = next(words for words in examples(dict(commands())[("encode",)]) if "digit.png" in words)
    assert len(done(*picture[1:]).json["latents"][0]) == 2
    written = {path.name for path in tmp_path.iterdir()}
    assert {
        "digit.png",
        "digit-1.png",
        "grid.png",
        "strip.png",
        "film.gif",
        "frames",
        "map.svg",
        "latents.npz",
    } <= written


def test_the_shipped_bundles_are_listed_with_their_figures(done):
    found = {model["name"]: model for model in done("models", "--json").json["models"]}
    assert found["mnist-vae-2d"]["latent_dim"] == 2
    assert found["mnist-ae-2d"]["metrics"]["negative_elbo"] is None
    table = done("models").out
    assert all(name in table for name in found)


def test_a_broken_bundle_hides_no_other(done, small_bundle, make_bundle, monkeypatch):
    broken = make_bundle("broken")
    (broken / "config.json").write_text("{")
    monkeypatch.setattr("latent_explorer.cli.bundles.shipped_bundles", lambda: [broken, small_bundle])
    outcome = done("models", "--json")
    assert [model["name"] for model in outcome.json["models"]] == ["small"]
    assert str(broken / "config.json") in outcome.err


def test_the_version_is_that_of_the_package(done):
    assert done("--version").out == f"latent-explorer {__version__}\n"
    assert importlib.metadata.version("latent-explorer") == __version__


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("--nonsense",), ("decode", "--nonsense"), ("bench", "nonsense"), ("evaluate",)]
)
def test_bad_arguments_are_refused_in_one_line(call, arguments):
    assert "Try --help." in call(*arguments).complaint


def test_a_model_before_the_command_is_refused_rather_than_ignored(call):
    assert "after the command" in call("--model", "mnist-ae-2d", "models").complaint


def test_a_fault_of_the_program_is_one_line_and_logged(call, small_bundle, monkeypatch):
    from latent_explorer.engine.decoder import Decoder
    from latent_explorer.places import log_folder

    monkeypatch.setattr(Decoder, "repeatable", lambda *_: 1 / 0)
    outcome = call("decode", "--model", small_bundle, "--at", "0,0", "--out", "a.png")
    log = log_folder() / "latent-explorer.log"
    assert outcome.code == 1
    assert outcome.err == (
        f"latent-explorer: a fault of this program (ZeroDivisionError: division by zero); the details are in {log}\n"
    )
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_an_interrupt_ends_a_command_with_130(call, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr("latent_explorer.cli.bundles.shipped_bundles", interrupt)
    assert call("models").code == 130


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        ([], WindowWish()),
        (["--model", "x"], WindowWish(("x",))),
        (["--time-first-paint"], WindowWish((), True)),
        (["--model", "x", "--time-first-paint"], WindowWish(("x",), True)),
        (["--time-first-paint", "--model", "x"], WindowWish(("x",), True)),
        (["--model", "x", "--chart", "slice:up=2"], WindowWish(("x",), False, ("slice:up=2",))),
        (["--images", "a", "--model", "x"], WindowWish(("x",), images=("a",))),
        (["--images", "a", "--images-anyway"], WindowWish(images=("a",), images_anyway=True)),
        (["--chart"], None),
        (["--model"], None),
        (["--model", "--help"], None),
        (["--help"], None),
        (["models"], None),
        (["--model", "x", "models"], None),
    ],
)
def test_only_the_windows_own_arguments_are_read_without_typer(arguments, wish):
    assert window_wish(arguments) == wish


@pytest.fixture
def window(monkeypatch):
    """Stands in for the window: notes how it was asked for, and is closed with 7."""
    asked = []
    module = ModuleType(WINDOW)
    module.Window = object
    module.run = lambda *given, **images: asked.append((*given[:2], len(given) == 3, images)) or 7
    monkeypatch.setitem(sys.modules, WINDOW, module)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return asked


@pytest.mark.parametrize("arguments", [["--chart=principal"], ["--chart=principal", "--time-first-paint"]])
def test_typer_opens_the_window_too(call, window, arguments):
    assert call("--model=x", *arguments).code == 7
    assert window == [(("x",), ("principal",), len(arguments) == 2, {"images": (), "images_anyway": False})]


def test_typer_hands_on_which_images_to_attach(call, window):
    assert call("--model=x", "--images=a", "--images=b", "--images-anyway").code == 7
    assert window[0][3] == {"images": ("a", "b"), "images_anyway": True}
    assert "come after the command" in call("--images=a", "models").complaint


def test_without_a_display_the_window_is_refused(call, window, monkeypatch):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "there is no display" in call("--model=x").complaint
    assert not window


def test_the_window_starts_without_what_the_commands_need():
    program = (
        "import sys, types\n"
        f"window = sys.modules[{WINDOW!r}] = types.ModuleType({WINDOW!r})\n"
        f"heavy = {set(HEAVY)!r}\n"
        "window.run = lambda *given, **named: print(given[0][0], sys.modules.keys() & heavy) or 3\n"
        "from latent_explorer.cli import main\n"
        "sys.argv = ['latent-explorer', '--model', 'x']\n"
        "main()\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (3, "x set()\n", "")


def test_the_program_runs_as_a_module_with_nothing_but_json_on_standard_output(small_bundle, tmp_path):
    words = ["decode", "--model", small_bundle, "--at", "-1,0", "--out", "a.png", "--json"]
    command = [sys.executable, "-m", "latent_explorer", *words]
    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["pictures"] == [{"at": [-1, 0], "file": "a.png"}]


def test_the_room_of_its_commands_runs_as_a_module_too():
    command = [sys.executable, "-m", "latent_explorer.cli", "--version"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (0, f"latent-explorer {__version__}\n"), outcome.stderr


def test_a_reader_that_has_seen_enough_is_no_error():
    command = shlex.join([sys.executable, "-m", "latent_explorer", "models", "--json"])
    outcome = subprocess.run(["sh", "-c", f"{command} | true"], capture_output=True, text=True, check=False)
    assert outcome.stderr == ""
