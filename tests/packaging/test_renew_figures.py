"""scripts/renew_figures.py puts figures measured anew into a bundle's configuration and card, and leaves the rest."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from latent_explorer.bundles import change_card, check_bundle
from latent_explorer.data.dataset import Dataset
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.jobs import train_bundle

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "renew_figures.py"


def test_the_figures_are_as_training_would_have_given_them(bars: Dataset, tmp_path: Path) -> None:
    np.savez(tmp_path / "bars.npz", images=bars.images, labels=bars.labels, split=bars.split)
    job = Job(str(tmp_path / "bars.npz"), tmp_path / "small", hidden=(8,), recipe=Recipe(epochs=1, device="cpu"))
    list(train_bundle(replace(job, command="train it")))
    before, card = check_bundle(job.folder), (job.folder / "README.md").read_text()
    spoilt = msgspec.structs.replace(before, metrics={"mse": 0.5})
    change_card(job.folder, spoilt, card.replace("10-NN accuracy", "guesses"))
    subprocess.run([sys.executable, SCRIPT, job.folder], check=True, capture_output=True)
    after = check_bundle(job.folder)
    assert after.metrics == before.metrics
    assert (job.folder / "README.md").read_text() == card
    assert msgspec.structs.replace(after, files={}) == msgspec.structs.replace(before, files={})
