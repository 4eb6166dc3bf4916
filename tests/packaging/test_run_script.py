"""What `scripts/run.py` hands on to `latent-explorer`, and when it refuses."""

import pytest


@pytest.fixture
def run(script):
    return script("run")


@pytest.fixture
def started(run, monkeypatch):
    """What would be started, and whether offscreen, with nothing installed and nothing started."""
    calls = []
    monkeypatch.setattr(run.machine, "provide_qt_libraries", lambda **_: None)
    monkeypatch.setattr(run.machine, "require_qt_plugin", lambda *_: None)
    monkeypatch.setattr(run.environment, "prepare", lambda: None)
    monkeypatch.setattr(
        run.environment, "hand_over", lambda name, given: calls.append((name, given, run.os.environ.get(QPA)))
    )
    monkeypatch.setattr(run.sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", QPA):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    return calls


QPA = "QT_QPA_PLATFORM"


def start(run, monkeypatch, *arguments):
    monkeypatch.setattr(run.sys, "argv", ["run.py", *arguments])
    run.main()


def test_without_a_display_the_tour_is_drawn_and_its_place_told(run, started, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    start(run, monkeypatch, "--model", "mnist-ae-2d")
    assert started == [("latent-explorer", ["tour", "--out", "tour", "--model", "mnist-ae-2d"], "offscreen")]
    assert str(tmp_path / "tour") in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["decode", "--at", "0,0"], ["--help"], ["bench", "grid"]])
def test_commands_are_handed_on_without_a_display_too(run, started, monkeypatch, arguments):
    start(run, monkeypatch, *arguments)
    assert started == [("latent-explorer", arguments, "offscreen")]


def test_with_a_display_the_window_opens_there(run, started, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(run.machine, "x_display_answers", lambda: True)
    start(run, monkeypatch, "--model", "mnist-vae-2d")
    assert started == [("latent-explorer", ["--model", "mnist-vae-2d"], None)]


def test_offscreen_as_asked_opens_the_window_there(run, started, monkeypatch):
    monkeypatch.setenv(QPA, "offscreen")
    start(run, monkeypatch)
    assert started == [("latent-explorer", [], "offscreen")]


def test_a_dead_display_is_refused_for_a_window_only(run, started, monkeypatch, capsys):
    monkeypatch.setenv("DISPLAY", ":4077")
    monkeypatch.setattr(run.machine, "x_display_answers", lambda: False)
    start(run, monkeypatch, "evaluate", "models/mnist-vae-2d")
    assert len(started) == 1
    with pytest.raises(SystemExit) as leaving:
        start(run, monkeypatch)
    assert leaving.value.code == 2
    assert "':4077'" in capsys.readouterr().err
