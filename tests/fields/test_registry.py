"""The registry of fields: each says what it is, and one that is added later is evaluated like the others."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.atlas import TileKey
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.errors import EngineError, UserError
from latent_explorer.fields import FIELDS, PICTURE, Field, field_called, layer_fields, register
from latent_explorer.service.codec import Refused

Z = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields that a test adds are gone after it."""
    monkeypatch.setattr(FIELDS, "_things", dict(FIELDS._things))


def radius(**changes) -> Field:
    chosen = {
        "name": "radius",
        "title": "Radius",
        "sentence": "How far from the origin.",
        "evaluate": lambda at, z: at.measure(lambda model, z: z.norm(dim=1), z),
        **changes,
    }
    return Field(**chosen)


def asked(folder: Path, field: str) -> list:
    return serve_inline([Open(1, str(folder)), Evaluate(2, field, Z)])[1:]


def test_each_field_explains_itself() -> None:
    assert len({field.title for field in FIELDS.values()}) == len(FIELDS)
    assert all(len(field.sentence) > 60 and field.sentence.endswith(".") for field in layer_fields())
    assert all(field.sentence.endswith(".") for field in FIELDS.values())
    keys = [field.key for field in FIELDS.values() if field.key]
    assert len(set(keys)) == len(keys)


def test_values_in_words() -> None:
    assert FIELDS["veil"].line(np.array([0.0]), ()) == "Veil: clear"
    assert FIELDS["veil"].line(np.array([0.62]), ()) == "Veil: 62% faded"
    assert FIELDS["classes"].line(np.array([1.0, 0.92]), ("a", "b")) == "Class regions: b, 92% of the 50 nearest"
    assert FIELDS["consistency"].line(np.array([0.0312]), ()) == "Consistency: 0.0312 latent units"
    assert radius().line(np.array([-3.14159]), ()) == "Radius: −3.14"


@pytest.mark.usefixtures("added")
def test_a_field_added_at_run_time_is_evaluated_by_the_engine(small_bundle: Path) -> None:
    register(radius())
    assert layer_fields()[-1].name == "radius"
    replies = asked(small_bundle, "radius")
    assert all(isinstance(reply, Values) for reply in replies)
    found = np.concatenate([reply.content for reply in replies])
    np.testing.assert_allclose(found[:, 0], np.linalg.norm(Z, axis=1), rtol=1e-5)


@pytest.mark.usefixtures("added")
def test_a_field_of_the_data_is_given_the_data(small_bundle: Path) -> None:
    def evaluate(at, z):
        return np.abs(z[:, None] - at.data.mean).max(2).min(1)

    register(radius(name="apart", title="Apart", evaluate=evaluate, needs_data=True))
    means = read_latents(small_bundle, read_config(small_bundle)).mean
    found = np.concatenate([reply.content[:, 0] for reply in asked(small_bundle, "apart")])
    np.testing.assert_allclose(found, np.abs(Z[:, None] - means).max(2).min(1), rtol=1e-5)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"needs_variance": True, "needs_data": True}, "these latents have no variances, and so no radius"),
        ({"channels": 3}, r"'radius' gave values \(40, 1\): expected \(40, 3\)"),
        ({"evaluate": lambda at, z: 1 / 0}, "ZeroDivisionError"),
    ],
)
def test_a_field_that_cannot_be_had_is_refused(small_bundle: Path, changes: dict, words: str) -> None:
    register(radius(**changes))
    (refused,) = asked(small_bundle, "radius")
    assert isinstance(refused, Refused)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(refused.reason)


def test_what_the_model_or_the_data_lack_is_said(small_bundle: Path) -> None:
    latents = read_latents(small_bundle, read_config(small_bundle))
    assert FIELDS["consistency"].lacks(latents) == ""
    assert "no encoder" in FIELDS["consistency"].lacks(latents, encodes=False)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (radius(name="veil"), "two fields have the name 'veil'"),
        (radius(title="Density"), "two fields have the title 'Density'"),
        (radius, "expected a Field, found function"),
    ],
)
def test_what_is_no_field_or_takes_a_name_is_not_registered(thing: object, words: str) -> None:
    before = list(FIELDS)
    with pytest.raises(UserError, match=words):
        register(thing)
    assert list(FIELDS) == before
    with pytest.raises(EngineError, match="no field called 'radius': expected one of picture"):
        field_called("radius")


def test_tiles_are_sampled_and_kept_as_the_field_says() -> None:
    tile = TileKey("x", "identity", 0, 0, 0)
    for field in layer_fields():
        assert len(field.points(tile)) == field.layout((4, 5, 1)).shape[0] == (field.steps + 1) ** 2
    assert PICTURE.layout((4, 5, 1)).shape == (len(PICTURE.points(tile)), 4, 5, 1)
