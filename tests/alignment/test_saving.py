"""A translator as a file: the same again, and what is refused."""

import numpy as np
import pytest
from safetensors.numpy import save

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.alignment.saving import FittedBetween, SavedTranslator, load_translator, save_translator
from latent_explorer.errors import UserError

RNG = np.random.default_rng(0)
SOURCE, TARGET = RNG.normal(size=(50, 3)), RNG.normal(size=(50, 2))


def about(kind, dimensions=(3, 2)):
    return FittedBetween(kind, ("one", "other"), ("a 1", "b 2"), dimensions, 50)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr("latent_explorer.alignment.mlp._STEPS", 20)


@pytest.mark.parametrize("kind", TRANSLATORS)
def test_what_is_loaded_is_what_was_saved(kind, tmp_path):
    translator = TRANSLATORS[kind].fit(SOURCE, TARGET).translator
    path = save_translator(tmp_path / "t.safetensors", SavedTranslator(translator, about(kind)))
    again = load_translator(path)
    assert again.about == about(kind)
    assert (again.translator.to(SOURCE) == translator.to(SOURCE)).all()
    with pytest.raises(UserError, match="already exists"):
        save_translator(path, again)
    again.about.check("a 1", "b 2")
    with pytest.raises(UserError, match="from one to other as they were"):
        again.about.check("b 2", "a 1")


def test_a_file_that_says_other_dimensions_or_another_kind_is_refused(tmp_path):
    translator = TRANSLATORS["affine"].fit(SOURCE, TARGET).translator
    for number, wrong in enumerate(
        (about("affine", (2, 2)), about("affine", (3, 3)), about("nearest"), about("magic"))
    ):
        path = save_translator(tmp_path / f"{number}.safetensors", SavedTranslator(translator, wrong))
        with pytest.raises(UserError, match=str(path)):
            load_translator(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"\xff" * 64, save({"weight": np.zeros((3, 2))}), save({"weight": np.zeros((3, 2))}, {"a": "b"})],
)
def test_other_files_are_refused(content, tmp_path):
    path = tmp_path / "t.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="expected a translator"):
        load_translator(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UserError, match="cannot be read: No such file"):
        load_translator(tmp_path / "none")
