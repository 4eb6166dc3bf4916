"""The translation error: of values that the engine was given, and of no others."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.give_values import GiveValues, ValuesGiven
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.errors import EngineError
from latent_explorer.fields import FIELDS, GivenValues
from latent_explorer.service.codec import Refused

FIELD = FIELDS["translation"]


def means(folder: Path) -> np.ndarray:
    return read_latents(folder, read_config(folder)).mean


def test_it_is_the_mean_of_the_nearest_images_that_have_an_error(small_bundle: Path) -> None:
    latents = means(small_bundle)
    errors = np.abs(latents[:, 0])
    errors[::3] = np.nan  # anchors
    given, at, field = GiveValues(2, "translation", errors), latents[:40] + np.float32(0.01), "translation"
    _opened, told, *replies = serve_inline([Open(1, str(small_bundle)), given, Evaluate(3, field, at)])
    assert isinstance(told, ValuesGiven)
    found = np.concatenate([reply.content[:, 0] for reply in replies])
    known = np.flatnonzero(np.isfinite(errors))
    for place, value in zip(at, found, strict=True):
        away = np.linalg.norm(latents[known] - place, axis=1)
        near = np.argsort(away)[:10]
        weights = 1 / away[near] ** 2
        assert value == pytest.approx((weights * errors[known][near]).sum() / weights.sum(), rel=1e-3)


def test_the_newest_values_count(small_bundle: Path) -> None:
    latents = means(small_bundle)
    one, two = (GiveValues(n, "translation", np.full(len(latents), n, np.float32)) for n in (2, 3))
    *_, last = serve_inline([Open(1, str(small_bundle)), one, two, Evaluate(4, "translation", latents[:5])])
    assert isinstance(last, Values)
    np.testing.assert_allclose(last.content, 3, rtol=1e-6)


def test_without_values_or_of_another_bundle_it_is_refused(small_bundle: Path, wide_bundle: Path) -> None:
    latents = means(small_bundle)
    evaluate = Evaluate(9, "translation", latents[:5])
    *_, reply = serve_inline([Open(1, str(small_bundle)), evaluate])
    assert isinstance(reply, Refused)
    assert "second map" in reply.reason
    service = ModelService(lambda: None)
    service.open_bundle(small_bundle)
    service.give("translation", np.ones(len(latents), np.float32))
    service.open_bundle(wide_bundle)
    assert not service.given


@pytest.mark.parametrize(("values", "problem"), [(np.ones(3), "expected one for each"), (np.full(9, np.nan), "known")])
def test_values_that_do_not_fit_are_refused(values: np.ndarray, problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        GivenValues(np.zeros((9, 2), np.float32), values.astype(np.float32))


def test_it_needs_a_link(small_bundle: Path) -> None:
    latents = read_latents(small_bundle, read_config(small_bundle))
    assert "second map" in FIELD.lacks(latents)
    assert not FIELD.lacks(latents, linked=True)
    assert FIELD.line(np.array([0.312]), ()) == "Translation error: 0.312 of the spread"
