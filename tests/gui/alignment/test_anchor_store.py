"""Anchors between two bundles: there again when the two stand beside one another again, whichever is the source."""

from dataclasses import replace

import msgspec
import pytest

from latent_explorer.bundles import Moment
from latent_explorer.gui.alignment.anchor_store import AlignmentKeeper
from latent_explorer.session import OpenBundle, SessionStore, open_bundle
from latent_explorer.session.alignment import AlignmentState


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keep(tmp_path, said, qapp):
    """Makes the keeper of another launch."""
    return lambda: AlignmentKeeper(SessionStore(tmp_path / "sessions"), said.append)


@pytest.fixture(scope="module")
def small(small_bundle) -> OpenBundle:
    return open_bundle(small_bundle)


@pytest.fixture(scope="module")
def wide(wide_bundle) -> OpenBundle:
    return open_bundle(wide_bundle)


@pytest.fixture(scope="module")
def later(small) -> OpenBundle:
    """A moment of the run that made the small bundle."""
    return _at(small, 1)


def _at(bundle: OpenBundle, epoch: int) -> OpenBundle:
    moment = Moment(epoch=epoch, step=epoch, losses={})
    config = msgspec.structs.replace(bundle.config, moment=moment, files={"weights.safetensors": f"{epoch:064}"})
    return replace(bundle, config=config)


def test_they_are_there_at_the_next_launch_whichever_is_the_source(keep, small, wide):
    keeper = keep()
    alignment = keeper.take_up(small, wide)
    alignment.add(3, 5)
    alignment.add(1, 2)
    alignment.choose("ridge")
    assert keeper.take_up(small, wide) is alignment
    assert keep().take_up(small, wide).state == AlignmentState()  # not written yet
    keeper.write()
    assert keep().take_up(small, wide).state == AlignmentState(((3, 5), (1, 2)), "ridge")
    assert keep().take_up(wide, small).state.anchors == ((5, 3), (2, 1))
    assert keep().take_up(small, small).state == AlignmentState()


def test_maps_that_change_places_keep_their_anchors_and_what_is_made_then(keep, small, wide):
    keeper = keep()
    keeper.take_up(small, wide).add(3, 5)
    turned = keeper.take_up(wide, small)
    assert turned.state.anchors == ((5, 3),)
    turned.add(7, 8)
    again = keeper.take_up(small, wide)
    assert again.state.anchors == ((3, 5), (8, 7))
    again.delete([0, 1])
    keeper.write()
    assert keep().take_up(wide, small).state == AlignmentState()


def test_a_session_begins_anew_and_is_kept_only_once_it_is_changed(keep, small, wide):
    keeper = keep()
    keeper.take_up(wide, small).add(1, 1)
    keeper.write()
    begun = keeper.begin(small, wide, AlignmentState(((0, 9),)))
    assert not begun.changes.last
    assert begun.counts == (len(small.latents), len(wide.latents))
    assert keeper.take_up(small, wide) is begun
    keeper.write()
    assert keep().take_up(wide, small).state.anchors == ((1, 1),)
    begun.add(4, 4)
    keeper.write()
    assert keep().take_up(wide, small).state.anchors == ((9, 0), (4, 4))


def test_moments_of_a_run_share_their_anchors_and_leave_no_files(keep, later, small, wide, tmp_path):
    keeper = keep()
    keeper.take_up(later, wide).add(2, 2)
    assert keeper.take_up(_at(small, 2), wide) is keeper.take_up(later, wide)
    assert keeper.take_up(small, wide).state.anchors == ((2, 2),)  # of the same images, for the first time
    keeper.write()
    assert not list((tmp_path / "sessions").glob("*"))


def test_why_they_cannot_be_kept_is_said_once(keep, small, wide, tmp_path, said):
    (tmp_path / "sessions").write_text("")
    keeper = keep()
    for image in range(2):
        keeper.take_up(small, wide).add(image, image)
        keeper.write()
    assert len(said) == 1
    assert "Anchors could not be saved for the next launch" in said[0]
