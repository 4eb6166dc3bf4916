"""The session: pins, routes and classes, and the way back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.charts import ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.session import Route, Session, State, open_bundle


@pytest.fixture
def session(small_bundle: Path) -> Session:
    return Session(open_bundle(small_bundle))


def z(u: float, v: float = 0.0) -> np.ndarray:
    return np.array([u, v], np.float32)


def test_pins_are_named_moved_and_deleted(session: Session) -> None:
    session.pin(z(1))
    session.pin(z(2))
    session.rename_pin(0, "  a seven ")
    session.move_pin(1, z(3))
    assert [(pin.name, pin.z) for pin in session.state.pins] == [("a seven", (1.0, 0.0)), ("Pin 2", (3.0, 0.0))]
    session.delete_pin(0)
    assert [pin.name for pin in session.state.pins] == ["Pin 2"]
    with pytest.raises(UserError, match="name"):
        session.rename_pin(0, " ")


def test_names_are_never_given_twice(session: Session) -> None:
    for step in range(3):
        session.pin(z(step))
    session.delete_pin(0)
    session.pin(z(9))
    assert sorted(pin.name for pin in session.state.pins) == ["Pin 1", "Pin 2", "Pin 3"]


def test_an_impossible_route_changes_nothing(session: Session) -> None:
    with pytest.raises(UserError, match="frames"):
        session.draw(Route((0.0, 0.0), (1.0, 0.0), frames=1))
    with pytest.raises(UserError, match="curve"):
        session.draw(Route((0.0, 0.0), (1.0, 0.0), curve="wavy"))
    assert session.state == State()
    assert not session.can_undo


def test_classes_are_hidden_and_isolated(session: Session) -> None:
    session.toggle_class(1)
    assert session.state.hidden == {1}
    session.isolate_class(2)
    assert session.state.hidden == {0, 1}
    session.isolate_class(2)
    assert session.state.hidden == frozenset()


def test_every_change_is_told_once(session: Session) -> None:
    told: list[tuple[State, State]] = []
    session.changed.connect(lambda old, new: told.append((old, new)))
    session.pin(z(1))
    session.move_pin(0, z(1))
    session.undo()
    assert [(len(old.pins), len(new.pins)) for old, new in told] == [(0, 1), (1, 0)]


_STEPS = st.lists(st.sampled_from(["pin", "move", "delete", "draw", "clear", "hide"]), max_size=12)


@given(steps=_STEPS)
def test_undo_goes_all_the_way_back_and_redo_all_the_way_forth(small_bundle: Path, steps: list[str]) -> None:
    session = Session(open_bundle(small_bundle))
    for number, step in enumerate(steps):
        pins = len(session.state.pins)
        match step:
            case "pin":
                session.pin(z(number))
            case "move" if pins:
                session.move_pin(number % pins, z(-number - 1))
            case "delete" if pins:
                session.delete_pin(number % pins)
            case "draw":
                session.draw(Route((0.0, 0.0), (float(number), 1.0)))
            case "clear":
                session.draw(None)
            case "hide":
                session.toggle_class(number % 3)
    final = session.state
    while session.can_undo:
        session.undo()
    assert (session.state.pins, session.state.route, session.state.hidden) == ((), None, final.hidden)
    while session.can_redo:
        session.redo()
    assert session.state == final


def test_more_dimensions_open_on_their_principal_plane(wide_bundle: Path) -> None:
    bundle = open_bundle(wide_bundle)
    assert bundle.chart.name == "following"
    assert bundle.uv.shape == (120, 2)
    assert bundle.class_counts.sum() == 120


@pytest.fixture
def wide(wide_bundle: Path) -> Session:
    return Session(open_bundle(wide_bundle))


def test_another_chart_is_chosen_and_taken_back(wide: Session) -> None:
    told: list[State] = []
    wide.changed.connect(lambda old, new: told.append(new))
    wide.see_through(ChartSpec("principal"))
    wide.see_through(ChartSpec("following"))  # the usual one
    assert [state.chart for state in told] == [ChartSpec("principal"), None]
    wide.undo()
    assert wide.state.chart == ChartSpec("principal")
    with pytest.raises(UserError, match="not for a latent space of 5 dimensions"):
        wide.see_through(ChartSpec("identity"))
    assert wide.state.chart == ChartSpec("principal")


def test_a_bundle_is_seen_through_another_chart(wide_bundle: Path) -> None:
    bundle = open_bundle(wide_bundle)
    flat = bundle.with_chart(ChartSpec("principal"))
    assert (flat.chart.name, flat.seal, flat.latents) == ("principal", bundle.seal, bundle.latents)
    np.testing.assert_allclose(flat.uv, flat.chart.to_plane(bundle.latents.mean), atol=1e-5)
    assert flat.with_chart(None).chart.name == bundle.chart.name == "following"
    assert flat.with_chart(None).spec is None
