"""`scripts/train_shipped.py`: a bundle that is written anew is the one that was trained."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import read_config
from latent_explorer.data.dataset import Dataset
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle

ROOT = Path(__file__).resolve().parents[2]


def test_a_bundle_written_anew_is_the_one_that_was_trained(
    tmp_path: Path, bars: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("train_shipped", ROOT / "scripts" / "train_shipped.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
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
