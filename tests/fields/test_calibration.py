"""Trust is calibrated slice by slice, when it is first asked for, and holds up no hover."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.analysis import INSIDE, OUTSIDE, Neighbourhood
from latent_explorer.bundles import Latents, read_config, read_latents
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.loop import WorkList
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.engine.slicing import Pace
from latent_explorer.fields import Gradual, held_out_of

Z = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)


def test_a_hover_is_answered_while_trust_is_being_calibrated(small_bundle: Path, monkeypatch) -> None:
    monkeypatch.setattr(Pace, "per_slice", 4)  # so that there are several slices
    monkeypatch.setattr(Pace, "learn", lambda *_: None)
    work = WorkList(ModelService(lambda: None, run=lambda task: task()))
    list(work.add([Open(1, str(small_bundle))]))
    replies = [*work.advance(), *work.advance()]
    list(work.add([Evaluate(2, "veil", Z), Describe(3, Z[0])]))
    before = [*work.advance(), *work.advance()]
    list(work.add([Hover(4, Z[0])]))
    replies += [*work.advance()]
    assert before == []
    assert isinstance(replies[-1], Picture)
    while not work.idle:
        replies += work.advance()
    places, values = ([each for each in replies if isinstance(each, kind)] for kind in (Place, Values))
    assert len(places) == 1
    assert sum(len(each.content) for each in values) == len(Z)


def test_word_and_veil_are_of_one_score(small_bundle: Path) -> None:
    z = np.concatenate([Z, 30 + Z[:3]])
    requests = [Open(1, str(small_bundle)), Evaluate(2, "veil", z)]
    replies = serve_inline(requests)
    veil = np.concatenate([each.content for each in replies if isinstance(each, Values)])[:, 0]
    for place, cover in zip(z, veil, strict=True):
        (found,) = (each for each in serve_inline([requests[0], Describe(2, place)]) if isinstance(each, Place))
        assert (found.word == INSIDE) == (cover == 0) == (found.score <= 1)
        assert (found.word == OUTSIDE) == (cover == 1)
        assert (found.reason == "") == (found.word == INSIDE)
    assert {0.0, 1.0} <= set(veil.tolist())


def test_what_is_broken_off_is_begun_anew_and_what_is_done_is_kept() -> None:
    begun = []

    def work():
        begun.append(True)
        yield None
        if len(begun) == 1:
            raise MemoryError
        yield "trust"

    calibration = Gradual(work)
    with pytest.raises(MemoryError):
        list(calibration.steps())
    first = calibration.steps()
    next(first)  # another request takes the second step
    assert len(list(calibration.steps())) == 1
    assert list(first) == []
    assert (len(begun), calibration.found) == (2, "trust")
    assert list(calibration.steps()) == []


def test_under_a_class_the_images_of_that_class_are_held_out(small_bundle: Path) -> None:
    latents = read_latents(small_bundle, read_config(small_bundle))
    near = Neighbourhood(latents.mean, latents.label, 3)
    held = held_out_of(latents, near, 2)
    assert set(latents.label[held.numbers]) == {2}
    np.testing.assert_array_equal(held.z, latents.mean[held.numbers])
    np.testing.assert_array_equal(held.error, latents.error[held.numbers])
    assert set(latents.label[held_out_of(latents, near, None).numbers]) == {0, 1, 2}
    unlabelled = Latents(latents.mean, None, None, latents.split, latents.error)
    assert len(held_out_of(unlabelled, near, 2).numbers) == len(held_out_of(latents, near, None).numbers)
