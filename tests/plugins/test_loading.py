"""What other packages add is found and registered; what is broken is named and left out; nothing costs nothing."""

import importlib
import json
import subprocess
import sys

import pytest

from latent_explorer.charts import CHARTS, ChartSpec, checked
from latent_explorer.errors import EngineError, UserError
from latent_explorer.fields import FIELDS, field_called
from latent_explorer.plugins import broken_plugins, load_plugins

FIELD = """
from latent_explorer.fields import Field
RADIUS = Field(name="radius", title="Radius", sentence="How far.", evaluate=lambda at, z: (z**2).sum(1)**.5)
"""
CHART = """
import numpy as np
from latent_explorer.charts import ChartKind, LinearChart
LAST = ChartKind(
    name="last", title="The last two", sentence="For tests.",
    make=lambda data: LinearChart(data.name, 0 * data.means[0], np.eye(data.means.shape[1])[-2:], ("a", "b")),
)
"""


def test_a_field_and_a_chart_are_there_once_asked_for(install) -> None:
    install("mine", FIELD + CHART, fields="radius = mine:RADIUS", charts="last = mine:LAST")
    assert "last" not in CHARTS._things
    assert checked(ChartSpec("last"), 4) == ChartSpec("last")
    assert "last" in list(CHARTS)
    assert field_called("radius").title == "Radius"
    assert broken_plugins() == []
    assert list(FIELDS).count("radius") == list(CHARTS).count("last") == 1


@pytest.mark.parametrize(
    ("code", "entry", "reason"),
    [
        ("1 / 0", "x = bad:THING", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "x = bad:THING", "SystemExit: 3"),
        ("import nowhere_to_be_found", "x = bad:THING", "No module named 'nowhere_to_be_found'"),
        ("", "x = bad:THING", "AttributeError"),
        ("THING = 3", "x = bad:THING", "expected a Field, found int"),
        (FIELD.replace("radius", "veil"), "x = bad:RADIUS", "two fields have the name 'veil'"),
        ("syntax error", "x = bad:THING", "SyntaxError"),
    ],
)
def test_a_broken_one_is_named_with_its_package_and_reason(install, code: str, entry: str, reason: str) -> None:
    install("bad", code, fields=entry)
    install("good", FIELD, fields="radius = good:RADIUS")
    try:
        assert "radius" in FIELDS
        (sentence,) = broken_plugins()
        assert sentence.startswith("The plugin 'x' among the fields of bad 1.2 was left out: ")
        assert reason in sentence
    finally:
        for name in ("bad", "good"):
            sys.modules.pop(name, None)


def test_two_of_one_name_the_second_is_left_out(install) -> None:
    install("one", FIELD, fields="radius = one:RADIUS")
    install("two", FIELD, fields="radius = two:RADIUS")
    assert FIELDS["radius"].title == "Radius"
    assert "two fields have the name 'radius'" in broken_plugins()[0]


def test_what_is_unknown_points_to_the_command(install) -> None:
    with pytest.raises(EngineError, match="see `latent-explorer plugins`"):
        field_called("none")
    with pytest.raises(UserError, match="see `latent-explorer plugins`"):
        checked(ChartSpec("none"), 3)


def call(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_what_is_too_heavy_for_the_window_is_refused_and_does_not_get_in(install) -> None:
    install("heavy", f"import torch\n{FIELD}", fields="radius = heavy:RADIUS")
    program = (
        "import sys\nfrom latent_explorer.fields import FIELDS\n"
        "from latent_explorer.plugins import broken_plugins\n"
        "assert 'radius' not in FIELDS and 'torch' not in sys.modules\nprint(*broken_plugins())"
    )
    outcome = call("-c", program)
    assert outcome.returncode == 0, outcome.stderr
    assert "torch is too heavy for the window" in outcome.stdout
    assert "import it inside functions" in outcome.stdout


def test_without_plugins_nothing_is_imported_to_look_for_them(install) -> None:
    program = (
        "import sys\nfrom latent_explorer.charts import CHARTS\nfrom latent_explorer.fields import FIELDS\n"
        "before = set(sys.modules)\nlen(CHARTS), len(FIELDS)\nprint(set(sys.modules) - before)"
    )
    assert call("-c", program).stdout.strip() == "set()"


def test_the_command_lists_them_and_fails_where_one_is_broken(install) -> None:
    install("mine", FIELD + CHART, fields="radius = mine:RADIUS", charts="last = mine:LAST")
    listed = call("-m", "latent_explorer", "plugins")
    assert listed.returncode == 0, listed.stderr
    assert all(word in listed.stdout for word in ("radius", "last", "mine 1.2", "works"))
    skewed = CHART.replace("[-2:]", "[-2:] * 2").replace('"last"', '"skewed"').replace("The last two", "Skewed")
    install("skew", skewed, charts="skewed = skew:LAST")
    found = call("-m", "latent_explorer", "plugins", "--json")
    assert found.returncode == 1
    states = {each["name"]: each["state"] for each in json.loads(found.stdout)["plugins"]}
    assert states.pop("skewed").startswith("UserError: to_plane does not undo to_latent")
    assert set(states.values()) == {"works"}


def test_nothing_added_is_said() -> None:
    outcome = call("-m", "latent_explorer", "plugins")
    assert (outcome.returncode, outcome.stdout) == (0, "No plugins are installed.\n")


def test_a_group_is_loaded_once(install) -> None:
    install("mine", FIELD, fields="radius = mine:RADIUS")
    taken: list[object] = []
    load_plugins("fields", taken.append)
    load_plugins("fields", taken.append)
    assert taken == [importlib.import_module("mine").RADIUS]
