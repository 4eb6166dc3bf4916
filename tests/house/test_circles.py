"""No module imports itself by way of others: imports inside functions and those for type checkers count."""

from graphlib import CycleError, TopologicalSorter

import pytest

PACKAGE = "latent_explorer"


def module_of(target, modules):
    """The module of ours that an imported name is, or lies in; None for a name from elsewhere."""
    if target != PACKAGE and not target.startswith(f"{PACKAGE}."):
        return None
    name = target.removeprefix(PACKAGE).removeprefix(".")
    while name not in modules:
        name = name.rpartition(".")[0]
    return name


def arrows(sources):
    """Module -> the modules it imports."""
    modules = {source.name for source in sources}
    return {
        source.name: {
            target for each in source.imports if (target := module_of(each.target, modules)) not in (None, source.name)
        }
        for source in sources
    }


def circle(graph):
    """The modules of one circle, each imported by the next; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def by_room(graph):
    """The same arrows from room to room."""
    rooms = {}
    for module, targets in graph.items():
        room = module.partition(".")[0]
        rooms.setdefault(room, set()).update({target.partition(".")[0] for target in targets} - {room})
    return rooms


def test_no_module_imports_itself_by_way_of_others(sources):
    assert not circle(arrows(sources))


def test_no_room_imports_itself_by_way_of_others(sources):
    assert not circle(by_room(arrows(sources)))


@pytest.mark.parametrize(
    "back",
    [
        "from latent_explorer.gui.shell import window",
        "from ..shell.window import MainWindow",
        "def f():\n    import latent_explorer.gui.shell.window",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from latent_explorer.gui.shell.window import Window",
    ],
)
def test_a_circle_is_found(source, back):
    window = source("gui.shell.window", "from latent_explorer.gui.pane.link import EngineLink")
    graph = arrows([source("", ""), source("gui.shell", "", True), window, source("gui.pane.link", back)])
    assert set(circle(graph)) == {"gui.shell.window", "gui.pane.link"}


def test_a_circle_of_rooms_is_found_where_no_module_is_in_one(source):
    names = {
        "film.making": "import latent_explorer.training.decoding",
        "training.serve": "import latent_explorer.film.making",
        "training.decoding": "",
    }
    graph = arrows([source("", ""), *(source(name, text) for name, text in names.items())])
    assert not circle(graph)
    assert set(circle(by_room(graph))) == {"film", "training"}
