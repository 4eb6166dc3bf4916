"""What is chosen before a run: defaults, what cannot work, and the job and command that come of it."""

import shlex
from dataclasses import replace
from inspect import signature
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from latent_explorer.nets.families import FAMILIES
from latent_explorer.nets.trunks import TRUNKS
from latent_explorer.runs.plan import DATASETS, Plan
from latent_explorer.runs.settings import defaults_for, find_setting, problems, settings


@pytest.mark.parametrize("source", DATASETS)
def test_the_defaults_of_each_dataset_can_be_trained_as_they_are(source: str, tmp_path: Path) -> None:
    assert problems(defaults_for(source).named(tmp_path), tmp_path) == {}


def test_every_field_of_a_plan_has_a_setting_and_words() -> None:
    of_families = {setting.name for family in FAMILIES.values() for setting in family.settings}
    assert {setting.name for setting in settings()} == set(Plan.__dataclass_fields__) - {"settings"} | of_families
    assert all(setting.sentence.endswith(".") for setting in settings())
    assert {choice.value for choice in find_setting("trunk").choices} == TRUNKS.keys()
    assert {choice.value for choice in find_setting("family").choices} == FAMILIES.keys()


def test_no_family_can_take_the_name_of_a_setting_or_option() -> None:
    from latent_explorer.cli.training import train
    from latent_explorer.nets import families

    assert {*Plan.__dataclass_fields__, *signature(train).parameters} <= families._TAKEN


def test_the_name_offered_is_free(tmp_path: Path) -> None:
    assert Plan().named(tmp_path).name == "mnist-vae-2d-1"
    (tmp_path / "mnist-vae-2d-1").mkdir()
    (tmp_path / "mnist-vae-2d-2.run").mkdir()
    assert Plan().named(tmp_path).name == "mnist-vae-2d-3"
    assert Plan("/some/My Pictures (2).zip", family="ae").named(tmp_path).name == "my-pictures-2-ae-2d-1"


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"source": ""}, "source", "Choose a folder"),
        ({"source": "/no/such/folder"}, "source", "/no/such/folder does not exist"),
        ({"source": "EMPTY"}, "source", "empty"),
        ({"source": "EMPTY/notes.txt"}, "source", "does not exist"),
        ({"source": __file__}, "source", "ending in .py"),
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "taken"}, "name", "this name already"),
        ({"name": "stopped"}, "name", "unfinished run"),
        ({"name": "a/b"}, "name", "letters, digits"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"name": "\U00020000" * 80}, "name", "takes 324 bytes"),
        ({"name": "con"}, "name", "Windows keeps that name"),
        ({"source": "x" * 300}, "source", "does not exist"),
        ({"source": "~nobody/x"}, "source", "does not exist"),
        ({"source": "a\0b"}, "source", "does not exist"),
        ({"latent_dim": 0}, "latent_dim", "from 1 to 4,096"),
        ({"settings": {"beta": float("nan")}}, "beta", "from 0 to 1,000"),
        ({"learning_rate": 0.0}, "learning_rate", "nothing is learned"),
        ({"learning_rate": 1.0}, "learning_rate", "diverges"),
        ({"source": "IMAGES", "side": 4, "trunk": "conv"}, "trunk", "at least 8 × 8"),
    ],
)
def test_what_cannot_work_is_said(changes: dict[str, object], name: str, words: str, tmp_path: Path) -> None:
    for folder in ("taken", "stopped.run", "EMPTY", "IMAGES/cats"):
        (tmp_path / folder).mkdir(parents=True)
    if changes.get("source") in ("EMPTY", "IMAGES", "EMPTY/notes.txt"):
        changes = {**changes, "source": str(tmp_path / str(changes["source"]))}
    plan = replace(Plan(name="fine"), **changes)
    assert words in problems(plan, tmp_path)[name]


def test_a_setting_that_means_nothing_is_no_problem(tmp_path: Path) -> None:
    assert problems(Plan(family="ae", settings={"beta": float("nan")}, name="fine"), tmp_path) == {}
    assert Plan(family="ae", settings={"beta": 3.0}, name="fine").to_job(tmp_path).settings.get("beta") is None


@given(
    st.builds(
        Plan,
        source=st.sampled_from([*DATASETS, "/my pictures", "/-strange"]),
        side=st.sampled_from([0, 28]),
        family=st.sampled_from(sorted(FAMILIES)),
        trunk=st.sampled_from(sorted(TRUNKS)),
        latent_dim=st.integers(1, 4096),
        settings=st.fixed_dictionaries({}, optional={"beta": st.floats(0, 1000), "refinements": st.integers(0, 100)}),
        prior_warm_up=st.floats(0, 1),
        epochs=st.integers(1, 1000),
        batch_size=st.integers(1, 65_536),
        learning_rate=st.floats(1e-6, 0.1),
        schedule=st.sampled_from(["cosine", "constant"]),
        seed=st.integers(0, 2**31 - 1),
        name=st.sampled_from(["a", "-b", "c d"]),
    )
)
def test_the_command_on_the_card_asks_for_the_same_job(plan: Plan) -> None:
    assert _job_of(plan.command) == replace(plan.to_job(Path()), command="")


def _job_of(command: str) -> object:
    """The job that the command line would train."""
    from latent_explorer.cli import training
    from latent_explorer.cli.app import app

    jobs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_run", lambda job, *_: jobs.append(replace(job, command="")))
        result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    return jobs[0]
