"""The command `plugins`: lists and checks what other packages add."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import typer

from latent_explorer.cli.options import AsJson, examples
from latent_explorer.cli.output import print_json, print_table
from latent_explorer.plugins import Plugin, load_plugins

_REGISTRIES = {
    "families": "latent_explorer.nets.registry",
    "charts": "latent_explorer.charts.registry",
    "fields": "latent_explorer.fields.registry",
    "layers": "latent_explorer.gui.layers.registry",
    "datasets": "latent_explorer.data.named",
    "colourings": "latent_explorer.gui.layers.point_colours",
    "palettes": "latent_explorer.class_colours",
}
"""The module with each group's `register`, and its `check` if there is one beyond registration."""

commands = typer.Typer()


@commands.command(epilog=examples("latent-explorer plugins", "latent-explorer plugins --json"))
def plugins(as_json: AsJson = False) -> None:
    """List what other packages add, and check it.

    Charts, fields, families of networks, layers, datasets and palettes are added through the entry points
    latent_explorer.charts and so on. All commands and the window leave out broken ones; this command reports the
    reason, and exits with 1.
    """
    found = [each for group in _REGISTRIES for each in _checked(group)]
    broken = sum(1 for each in found if each.problem)
    if as_json:
        print_json({"plugins": [_plain(each) for each in found], "broken": broken})
    elif found:
        print_table(("adds to", "name", "package", "state"), (list(_plain(each).values()) for each in found))
    else:
        print("No plugins are installed.")
    raise typer.Exit(1 if broken else 0)


def _checked(group: str) -> Iterator[Plugin]:
    """The plugins of a group; registered ones are tested."""
    registry = import_module(_REGISTRIES[group])
    check = getattr(registry, "check", lambda _: None)
    for each in load_plugins(group, registry.register):
        try:
            if not each.problem:
                check(each.thing)
            yield each
        except Exception as error:  # foreign code may raise anything
            yield replace(each, problem=f"{type(error).__name__}: {error}")


def _plain(plugin: Plugin) -> dict[str, str]:
    state = plugin.problem or "works"
    return {"group": plugin.group, "name": plugin.name, "package": plugin.distribution, "state": state}
