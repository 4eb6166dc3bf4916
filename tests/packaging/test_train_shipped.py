"""`scripts/train_shipped.py`: a bundle that is written anew is the one that was trained."""

import importlib
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import ModuleType

import numpy as np
import pytest

from latent_explorer.bundles import check_bundle, read_config
from latent_explorer.bundles.files import FITS
from latent_explorer.charts import ChartSpec
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import UserError
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle


@pytest.fixture
def train_shipped(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("train_shipped")


def test_a_bundle_written_anew_is_the_one_that_was_trained(
    tmp_path: Path, bars: Dataset, monkeypatch: pytest.MonkeyPatch, train_shipped: ModuleType
) -> None:
    script = train_shipped
    source = tmp_path / "bars.npz"
    np.savez(source, images=bars.images, labels=bars.labels, split=bars.split)
    recipe = Recipe(epochs=2, batch_size=16, device="cpu", precision="bfloat16")
    job = Job(str(source), tmp_path / "small", family="vae", hidden=(12,), latents="float16", half=True, recipe=recipe)
    list(train_bundle(job))
    before = {path.name: path.read_bytes() for path in job.folder.iterdir()}
    monkeypatch.setitem(script.SHIPPED, "small", job)
    (job.folder / "latents.safetensors").write_bytes(b"")
    script.renew("small", tmp_path)
    after = {path.name: path.read_bytes() for path in job.folder.iterdir()}
    assert after == before
    assert read_config(job.folder).training.precision == "bfloat16"


def test_the_charts_that_it_opens_with_are_fitted_anew(
    tmp_path: Path, bars: Dataset, monkeypatch: pytest.MonkeyPatch, train_shipped: ModuleType
) -> None:
    source = tmp_path / "bars.npz"
    np.savez(source, images=bars.images, labels=bars.labels, split=bars.split)
    recipe = Recipe(epochs=1, batch_size=16, device="cpu")
    job = Job(str(source), Path("deep"), family="ae", hidden=(12,), latent_dim=3, half=True, recipe=recipe)
    monkeypatch.setitem(train_shipped.SHIPPED, "deep", job)
    ships = importlib.import_module("ship_charts")
    monkeypatch.setattr(ships, "SPEC", ChartSpec("tsne", {"iterations": 12.0, "perplexity": 5.0}))
    train_shipped._train("deep", tmp_path, False, Event())
    assert FITS in check_bundle(tmp_path / "deep").files
    train_shipped.renew("deep", tmp_path)
    assert FITS in check_bundle(tmp_path / "deep").files
    with pytest.raises(UserError, match="expected a file of a bundle"):
        train_shipped.ship_charts(tmp_path / "nowhere")
