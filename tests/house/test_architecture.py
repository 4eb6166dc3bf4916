"""Which room may import which; walks every import, also those inside functions and those for type checkers."""

import ast

import pytest

PACKAGE = "latent_explorer"

FOUNDATION = (
    "array_like", "class_colours", "display", "errors", "file_kinds", "files", "lean_imports", "palette", "path_kinds",
    "places", "plugins", "safe_text", "steps", "targets", "version", "vision", "waiting",
)  # fmt: skip

# Room -> the rooms, or single modules of a room, that it may import besides itself and the foundation. From the top
# down: each arrow leads to a room further below, so that there can be no circle of rooms.
ARROWS = {
    "": ("api", "charts", "paths"),  # the package passes on what Python callers use
    "__main__": ("cli",),
    "cli": (
        "bench", "gui", "session", "film", "importing", "training", "engine", "alignment", "runtime", "fields",
        "export", "points", "analysis", "paths", "atlas", "charts", "runs", "bundles", "nets", "data", "service",
        "lessons",
    ),
    "bench": (
        "gui", "session", "film", "importing", "training", "engine", "alignment", "runtime", "fields", "export",
        "points", "analysis", "paths", "atlas", "charts", "runs", "bundles", "nets", "data", "service",
    ),
    "gui": (
        "session", "importing.protocol", "alignment.protocol", "alignment.registry", "alignment.translator",
        "alignment.anchors", "alignment.quick_figures", "alignment.pair", "alignment.saving", "analysis.anomaly.roc",
        "engine.caller", "engine.client", "engine.handlers", "engine.protocol",
        "engine.process", "fields", "export", "points", "paths", "atlas", "charts", "runs", "bundles", "service",
        "lessons",
    ),
    "api": (
        "exploring", "session", "film", "training", "engine", "alignment", "runtime", "fields", "export", "points",
        "analysis", "paths", "atlas", "charts", "runs", "bundles", "nets", "data", "service",
    ),
    "exploring": ("engine", "runtime", "charts", "bundles", "nets", "data", "service"),
    "session": ("paths", "charts", "bundles", "service"),
    "film": ("training", "runtime", "export", "atlas", "charts", "runs", "bundles", "nets", "service"),
    "importing": ("training", "runtime", "export", "charts", "bundles", "nets", "data", "service"),
    "training": (
        "runtime", "fields", "export", "analysis", "atlas", "charts", "runs", "bundles", "nets", "data", "service",
    ),
    "engine": ("runtime", "fields", "analysis", "paths", "atlas", "charts", "bundles", "nets", "data", "service"),
    "alignment": ("runtime", "export", "analysis", "charts", "bundles", "nets", "data", "service"),
    "runtime": ("bundles", "nets"),
    "fields": ("analysis", "atlas", "charts", "bundles"),
    "export": ("points", "atlas"),
    "points": ("atlas",),
    "analysis": ("charts.neighbours",),
    "paths": (),
    "atlas": ("charts",),
    "charts": (),
    "runs": ("bundles", "nets.spec", "nets.families", "service"),
    "bundles": ("nets.spec", "nets.families"),
    "nets": (),
    "data": (),
    "lessons": (),
    "service": (),
    **dict.fromkeys(FOUNDATION, ()),
}  # fmt: skip
ROOMS = ARROWS.keys() - {"__main__", "", *FOUNDATION}

# What the command line may import before it knows which command is asked for.
LIGHT_FOR_CLI = ("nets.spec", "nets.families")


def covers(allowed, target):
    """Whether a dotted name is one of the allowed ones or lies inside one."""
    return any(target == name or target.startswith(f"{name}.") for name in allowed)


def inside(target):
    """A dotted name without the package's own, or None for an import from elsewhere."""
    if target == PACKAGE:
        return ""
    return target.removeprefix(f"{PACKAGE}.") if target.startswith(f"{PACKAGE}.") else None


def origin(target, modules):
    """The module that really holds a name which a room's `__init__` passes on."""
    room, _, name = target.rpartition(".")
    if target in modules or room not in modules or not modules[room].is_package:
        return target
    passed_on = (inside(each.target) for each in modules[room].imports)
    return next((found for found in passed_on if found and found.endswith(f".{name}")), target)


def forbidden_arrows(source, modules=None):
    """A line for each import of a module that its room may not make."""
    if source.room not in ARROWS:
        yield f"{source.name}: the room {source.room!r} is not in the table of arrows"
        return
    allowed = (source.room, *FOUNDATION, *ARROWS[source.room])
    for each in source.imports:
        target = inside(each.target)
        if target and not covers(allowed, origin(target, modules or {})):
            yield f"{source.name}:{each.line} imports {each.target}: {source.room or PACKAGE} may not"


def eager_cli_imports(source):
    """A line for each room that the command line imports before a command asks for it."""
    for each in source.imports:
        target = inside(each.target)
        if target and each.at_module_level and not covers((*FOUNDATION, *LIGHT_FOR_CLI, "cli"), target):
            yield f"{source.name}:{each.line} imports {each.target} at module level"


def test_no_forbidden_arrow(sources):
    modules = {source.name: source for source in sources}
    assert not [line for source in sources for line in forbidden_arrows(source, modules)]


def test_the_command_line_imports_each_room_inside_its_command(sources):
    assert not [line for source in sources if source.room == "cli" for line in eager_cli_imports(source)]


def test_the_table_runs_downwards():
    order = list(ARROWS)
    rooms = {room: [target.partition(".")[0] for target in targets] for room, targets in ARROWS.items()}
    assert not [(room, low) for room, lower in rooms.items() for low in lower if order.index(low) <= order.index(room)]


def test_every_room_says_what_it_is_for(sources):
    rooms = {source.name: source for source in sources if source.is_package}
    assert rooms.keys() >= ROOMS
    assert not [name for name, room in rooms.items() if not ast.get_docstring(room.tree)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("session.state", "import latent_explorer.gui.shell.window"),
        ("charts.slice", "from latent_explorer import atlas"),
        ("charts.slice", "from latent_explorer.atlas import tiles"),
        ("atlas.disk", "from latent_explorer.fields import FIELDS"),
        ("fields.stretch", "def f():\n    from latent_explorer.engine.decoder import Decoder"),
        ("plugins", "from latent_explorer.charts import register"),
        ("paths.curves", "from ..charts import identity"),
        ("export.png", "def write():\n    from latent_explorer.session import Session"),
        ("data.folder", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import latent_explorer.bundles"),
        ("bundles.reading", "from latent_explorer.nets.model import Model"),
        ("gui.shell.window", "from latent_explorer.engine.loop import serve"),
        ("gui.shell.window", "from latent_explorer.engine import serve"),
        ("gui.shell.window", "import importlib\nimportlib.import_module('latent_explorer.nets.registry')"),
        ("files", "from latent_explorer.data import open_dataset"),
        ("attic.things", ""),
        ("export.png", "from latent_explorer import __version__"),
        ("bundles.reading", "from latent_explorer import open_bundle"),
        ("api.bundle", "from latent_explorer.gui import open_maps"),
    ],
)
def test_a_forbidden_arrow_is_found(source, name, text):
    assert len(list(forbidden_arrows(source(name, text)))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("session.state", "from latent_explorer.bundles import Bundle\nfrom . import undo\nimport numpy"),
        (
            "gui.shell.window",
            "from latent_explorer.engine import client\nfrom latent_explorer.version import __version__",
        ),
        (
            "bundles.config",
            "from latent_explorer.nets.spec import NetSpec\nfrom latent_explorer.errors import UserError",
        ),
        ("cli", "def train():\n    from latent_explorer.training.loop import train"),
    ],
)
def test_an_allowed_arrow_passes(source, name, text):
    assert not list(forbidden_arrows(source(name, text)))


def test_a_name_passed_on_by_a_room_counts_as_its_module(source):
    engine = source("engine", "from latent_explorer.engine.client import Client\nfrom .loop import serve", True)
    modules = {"engine": engine}
    assert not list(forbidden_arrows(source("gui.pane", "from latent_explorer.engine import Client"), modules))
    assert list(forbidden_arrows(source("gui.pane", "from latent_explorer.engine import serve"), modules))


def test_an_eager_import_of_the_command_line_is_found(source):
    cli = source("cli", "from latent_explorer.errors import UserError\nfrom latent_explorer.training import loop")
    assert list(eager_cli_imports(cli)) == ["cli:2 imports latent_explorer.training.loop at module level"]
