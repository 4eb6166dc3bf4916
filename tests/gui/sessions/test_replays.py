"""Twenty views, drawn once more from the session's file and from the copied command, as Python calls it: the same."""

import ast
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from latent_explorer.api.replaying import arguments_of
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.session import Route
from tests.gui.sessions.conftest import SavingPerson, pixels

pytestmark = pytest.mark.long

MAP = Choices("png", zoom=1.0)


@dataclass(frozen=True)
class Look:
    """What a person makes of a map before it is exported."""

    what: str = "map"
    choices: Choices = MAP
    wide: bool = False
    chart: str = ""
    layers: dict[str, float] = None  # type: ignore[assignment]
    hidden: frozenset[int] = frozenset()
    pins: int = 0
    route: str = ""
    frame: int = 0
    selected: int = 0
    theme: str = "dark"
    palette: str = "usual"
    zoom: float = 1.0
    size: tuple[int, int] = (860, 560)
    colour: str = "class"
    points: int = 100
    pictures: float = 0.0
    probe: int = -1


VIEWS = {
    "at first": Look(),
    "light": Look(theme="light", zoom=1.7),
    "classes hidden": Look(hidden=frozenset({1}), palette="tableau"),
    "pins": Look(pins=3, theme="light"),
    "path": Look(route="straight", frame=3),
    "spherical path, selection, pin": Look(route="spherical", frame=11, selected=7, pins=1),
    "selection": Look(selected=3, zoom=0.6),
    "density": Look(layers={"Density": 0.5, "Points": 0.4}),
    "names, no pictures": Look(layers={"Class names": 1.0, "Pictures": -1.0, "Points": 1.0}),
    "deep": Look(zoom=64.0, probe=5),
    "coloured by error": Look(colour="error", points=180),
    "large pictures": Look(pictures=80.0, size=(1000, 620)),
    "twice as fine": Look(choices=replace(MAP, zoom=2.0), size=(760, 520), pins=1),
    "five dimensions": Look(wide=True),
    "slice": Look(wide=True, chart="slice:across=3,up=1", theme="light"),
    "principal plane": Look(wide=True, chart="principal", layers={"Stretch": 0.7}, selected=2),
    "picture": Look("picture", Choices("png", scale=5), probe=8),
    "grid": Look("grid", Choices("png", columns=9, gap=2), wide=True, chart="principal", zoom=1.4),
    "filmstrip": Look("filmstrip", Choices("strip", scale=2, per_row=5), route="spherical"),
    "film": Look("filmstrip", Choices("webp", scale=3, seconds=0.05, ping_pong=True), wide=True, route="straight"),
}


def show(person: SavingPerson, look: Look) -> None:
    """Show the window's map so, by what its menus, panels and gestures call."""
    bench, pane, session = person.window.workbench, person.pane, person.pane.session
    person.window.resize(*look.size)
    bench.choose_theme(look.theme)
    bench.choose_palette(look.palette)
    bench.use_pictures(replace(bench.pictures, pixels=look.pictures))
    pane.layers.resize_points(look.points)
    pane.colourer.choose(look.colour)
    for title, layer in pane.layers.by_title.items():
        shown, opacity = layer.usual(session.bundle)
        opacity = (look.layers or {}).get(title, opacity if shown else -1.0)
        pane.layer_panel.show_usual(title, opacity > 0, abs(opacity))
    wanted = ChartSpec.of(look.chart) if look.chart else None
    if wanted != session.state.chart:
        pane.see_through(wanted or ChartSpec("following" if look.wide else "identity"))
        person.wait_until(lambda: session.bundle.spec == session.state.chart and not pane.charting.busy)
    means = session.bundle.latents.mean
    session.hide(look.hidden)
    session.delete_pins(range(len(session.state.pins)))
    for number in range(look.pins):
        session.pin(means[7 * number], f"here's {number} = “so”")
    ends = tuple(tuple(map(float, means[number])) for number in (4, 50))
    session.draw(Route(*ends, look.route, 12) if look.route else None)
    session.select(np.arange(len(means)) % look.selected == 0 if look.selected else None)
    pane.canvas.fit()
    pane.canvas.zoom(look.zoom)
    if look.probe >= 0:
        pane.prober.go_to(means[look.probe])
    person.wait_until(lambda: pane.settled)
    pane.filmstrip.begin_at(look.frame)
    person.wait_for_the_engine()


def of_python(text: str) -> tuple[list[str], dict[str, object]]:
    """What a pasted call of Python hands to `latent_explorer.replay`."""
    statement, call = ast.parse(text).body
    assert ast.unparse(statement) == "import latent_explorer"
    assert ast.unparse(call.value.func) == "latent_explorer.replay"
    named = {each.arg: ast.literal_eval(each.value) for each in call.value.keywords}
    return [ast.literal_eval(each) for each in call.value.args], named


def called_by(text: str) -> list[str]:
    """The words of the command that a pasted call of Python runs."""
    places, named = of_python(text)
    return arguments_of(*places, **named)


@pytest.mark.parametrize("wide", [False, True])
def test_views_are_drawn_the_same_from_a_session_a_command_and_python(
    saving, call, small_bundle, wide_bundle, tmp_path, wide
):
    person = saving(wide_bundle if wide else small_bundle)
    for name, look in VIEWS.items():
        if look.wide != wide:
            continue
        show(person, look)
        suffix = {"strip": ".png"}.get(look.choices.format, f".{look.choices.format}")
        files = {way: tmp_path / f"{name} {way}{suffix}" for way in ("window", "session", "command")}
        exported = person.exported(look.what, files["window"], look.choices)
        copies, session = person.window.workbench.copies, tmp_path / f"{name}.latent.json"
        assert person.sessions.save_to(session)
        words = shlex.split(copies.text(look.what, False).replace("\\\n", " "))
        assert words[0] == "latent-explorer"
        dialog = from_dialog(words[1:])
        call("export", "--session", session, look.what, *dialog, "--out", files["session"])
        call(*words[1 : words.index("--out")], "--out", files["command"])
        assert called_by(copies.text(look.what, True)) == words[1:], name
        for way in ("session", "command"):
            np.testing.assert_array_equal(pixels(files[way]), exported, err_msg=f"{name} from {way}")


def from_dialog(words: list[str]) -> list[str]:
    """Those of a command's options that are no part of a session: how large, in which rows."""
    known = {"--zoom": 2, "--scale": 2, "--columns": 2, "--rows": 2, "--gap": 2, "--per-row": 2, "--seconds": 2}
    known |= {"--ping-pong": 1, "--smooth": 1}
    return [word for at, each in enumerate(words) if each in known for word in words[at : at + known[each]]]


def test_a_window_in_another_process_has_nothing_to_do_with_it(saving, small_bundle, tmp_path):
    """The commands as they are typed, and Python as it is pasted, with engines of their own."""
    import latent_explorer
    from latent_explorer.errors import UserError

    person = saving(small_bundle)
    show(person, replace(VIEWS["path"], selected=5, layers={"Density": 0.4}))
    exported = person.exported("map", tmp_path / "window.png", MAP)
    picture = person.exported("filmstrip", tmp_path / "strip.png", Choices("strip", scale=2))
    assert person.sessions.save_to(tmp_path / "s.latent.json")
    words = shlex.split(person.window.workbench.copies.text("map", False).replace("\\\n", " "))[1:]
    words[words.index("--out") + 1] = str(tmp_path / "command.png")
    done = subprocess.run(
        [sys.executable, "-m", "latent_explorer", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(pixels(tmp_path / "command.png"), exported)
    file = latent_explorer.replay("filmstrip", tmp_path / "python.png", session=tmp_path / "s.latent.json", scale=2)
    np.testing.assert_array_equal(pixels(file), picture)
    with pytest.raises(UserError, match="already exists"):
        latent_explorer.replay("filmstrip", file, session=tmp_path / "s.latent.json")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist-vae-2d", "mnist-ae-16d", "cifar10-vae-2d"])
def test_a_shipped_bundle_is_drawn_the_same_by_engines_of_different_processes(new_window, tmp_path, name):
    import latent_explorer
    from latent_explorer.engine.process import ProcessEngine
    from latent_explorer.places import find_bundle

    person = SavingPerson(new_window(None, ProcessEngine).window)
    person.window.workbench.open(find_bundle(name))
    person.wait_until(lambda: person.pane.ready, 300)
    session = person.pane.session
    session.pin(session.bundle.latents.mean[7], "seven")
    session.select(session.bundle.latents.label == 3)
    person.pane.canvas.zoom(1.6)
    person.wait_until(lambda: person.pane.settled, 300)
    choices = replace(MAP, zoom=2.0)
    exported = person.exported("map", tmp_path / "window.png", choices)
    assert person.sessions.save_to(tmp_path / "s.latent.json")
    person.window.workbench.leaving.unasked = True
    file = latent_explorer.replay("map", tmp_path / "again.png", session=tmp_path / "s.latent.json", zoom=2)
    np.testing.assert_array_equal(pixels(file), exported)
