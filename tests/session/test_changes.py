"""Undo across several things: in the order in which they were changed, whichever they are."""

import pytest

from latent_explorer.errors import UserError
from latent_explorer.session.alignment import Alignment, AlignmentState
from latent_explorer.session.changes import changed_last, undone_last


@pytest.fixture
def two() -> tuple[Alignment, Alignment]:
    return Alignment((10, 10)), Alignment((10, 10))


def test_what_was_changed_last_is_undone_first_and_redone_last(two) -> None:
    one, other = two
    one.add(1, 1)
    other.add(2, 2)
    one.add(3, 3)
    undone = []
    while (thing := changed_last(two)) is not None:
        undone.append(thing)
        thing.undo()
    assert undone == [one, other, one]
    redone = []
    while (thing := undone_last(two)) is not None:
        redone.append(thing)
        thing.redo()
    assert redone == [one, other, one]
    assert (one.state.anchors, other.state.anchors) == (((1, 1), (3, 3)), ((2, 2),))


def test_nothing_is_redone_that_was_undone_before_another_change(two) -> None:
    one, other = two
    one.add(1, 1)
    one.undo()
    other.add(2, 2)
    assert undone_last(two) is None
    assert changed_last(two) is other
    other.undo()
    assert undone_last(two) is one  # which is as it was before that change


def test_anchors_are_added_moved_deleted_and_come_back() -> None:
    alignment, told = Alignment((5, 6)), []
    alignment.changed.connect(lambda old, new: told.append((old, new)))
    alignment.add(0, 0)
    alignment.add(1, 5)
    alignment.move(0, 0, 3)
    alignment.delete([1])
    assert alignment.state.anchors == ((0, 3),)
    assert not alignment.can_redo
    alignment.undo()
    alignment.undo()
    assert alignment.state.anchors == ((0, 0), (1, 5))
    alignment.redo()
    assert alignment.state.anchors == ((0, 3), (1, 5))
    assert len(told) == 7
    alignment.choose(translator="affine")
    assert len(told) == 7  # it was that already


@pytest.mark.parametrize("wrong", [(5, 0), (0, 6), (-1, 0), (2, 1), (1, 2)])
def test_an_anchor_that_cannot_be_is_refused_and_all_stays(wrong) -> None:
    alignment = Alignment((5, 6), AlignmentState(anchors=((2, 2),)))
    with pytest.raises(UserError, match="image"):
        alignment.replace(((2, 2), (1, 1), wrong))
    assert alignment.state.anchors == ((2, 2),)
    assert not alignment.can_undo
