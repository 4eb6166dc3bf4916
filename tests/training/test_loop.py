"""A run learns, tells, stops, and goes on as if it had never stopped."""

import contextlib
import math
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs.recipe import Recipe
from latent_explorer.runs.report import Report
from latent_explorer.training.images import HeldImages
from latent_explorer.training.learner import Learner
from latent_explorer.training.loop import Training

RECIPE = Recipe(
    epochs=4,
    batch_size=16,
    learning_rate=5e-3,
    prior_warm_up=0.5,
    augmentation=0.3,
    corruption=0.1,
    device="cpu",
    precision="float32",
)


def spec(family: str = "vae", trunk: str = "dense") -> NetSpec:
    return NetSpec(family=family, trunk=trunk, image_shape=(6, 6, 1), latent_dim=2, hidden=(24,))


def begin(bars: Dataset, *, family: str = "vae", trunk: str = "dense", **changes: Any) -> Training:
    return Training.begin(spec(family, trunk), bars, msgspec.structs.replace(RECIPE, **changes))


def same_weights(one: Training, other: Training) -> bool:
    first, second = weights_of(one.kept_model()), weights_of(other.kept_model())
    return all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("family", ["ae", "vae"])
@pytest.mark.parametrize("trunk", ["conv", "dense", "lean", "residual", "resnet"])
def test_every_network_learns(bars: Dataset, family: str, trunk: str) -> None:
    reports = list(begin(bars, family=family, trunk=trunk, epochs=12, augmentation=0.0, prior_warm_up=0.0).run())
    judged = [report.test_losses["loss"] for report in reports if report.test_losses]
    assert len(judged) == 12
    assert judged[-1] < 0.9 * judged[0]


def test_the_reports_tell_where_the_run_is(bars: Dataset) -> None:
    training = begin(bars)
    reports = list(training.run())
    steps = [report.step for report in reports]
    assert steps == sorted(steps)
    assert {report.steps for report in reports} == {steps[-1]} == {4 * math.ceil(90 / 16)}
    ends = [report for report in reports if report.test_losses is not None]
    assert [report.epoch for report in ends] == [1, 2, 3, 4]
    assert all(report.losses.keys() == {"loss", "reconstruction", "kl"} for report in reports)
    assert all(report.images_per_second > 0 and report.seconds_left >= 0 for report in reports)
    assert reports[-1].seconds_left == 0


def test_a_report_cannot_be_changed(bars: Dataset) -> None:
    report = next(begin(bars).run())
    with pytest.raises(AttributeError):
        report.step = 0  # type: ignore[misc]


def test_the_same_seed_gives_the_same_figures(bars: Dataset) -> None:
    def losses(reports: list[Report]) -> list[float]:
        return [report.losses["loss"] for report in reports]

    torch.manual_seed(1)
    first, second, other = begin(bars), begin(bars), begin(bars, seed=1)
    one = list(first.run())
    torch.manual_seed(2)  # the global generator has no part in it
    assert losses(one) == losses(list(second.run()))
    assert losses(one) != losses(list(other.run()))
    assert same_weights(first, second)
    assert not same_weights(first, other)


_NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.mark.parametrize(
    ("stop_at", "device"), [(7, "cpu"), (12, "cpu"), (13, "cpu"), pytest.param(13, "cuda", marks=_NEEDS_CUDA)]
)
def test_a_resumed_run_ends_as_if_it_had_never_stopped(
    bars: Dataset, tmp_path: Path, stop_at: int, device: str
) -> None:
    whole, stopped, token = begin(bars, device=device), begin(bars, device=device), Event()
    list(whole.run())
    for report in stopped.run(token, state_path=tmp_path / "state"):
        if report.step >= stop_at:
            token.set()
    assert stopped.progress.epoch < 4
    resumed = Training.resume(tmp_path / "state", bars)
    list(resumed.run())
    assert resumed.progress.epoch == 4
    assert same_weights(whole, resumed)


def test_a_cancelled_run_stops_at_the_next_step(bars: Dataset) -> None:
    training, token = begin(bars), Event()
    reports = training.run(token)
    first = next(reports)
    token.set()
    assert list(reports) == []
    assert training.steps_done == first.step


def test_the_weights_kept_are_those_of_the_last_epoch_whatever_the_test_images_say(bars: Dataset) -> None:
    training, token = begin(bars, epochs=30, learning_rate=0.1, schedule="constant", averaging=0.0), Event()
    judged: list[float] = []
    for report in training.run(token):
        if report.test_losses:
            judged.append(report.test_losses["loss"])
            last = weights_of(training.learner.average)
        elif judged and judged[-1] > min(judged):
            token.set()  # in the middle of an epoch, which does not count
    assert token.is_set(), "expected an epoch that is worse than one before it"
    kept, now = weights_of(training.kept_model()), weights_of(training.learner.average)
    assert all(np.array_equal(kept[name], last[name]) for name in kept)
    assert not all(np.array_equal(now[name], last[name]) for name in last)


def test_other_test_images_change_nothing_that_is_kept(bars: Dataset) -> None:
    test = bars.split == 1
    inverted = np.where(test[:, None, None, None], 255 - bars.images, bars.images)
    one, other = begin(bars), begin(Dataset("bars", inverted, bars.labels, bars.class_names, bars.split))
    losses = [[report.test_losses for report in training.run() if report.test_losses] for training in (one, other)]
    assert losses[0] != losses[1]
    assert same_weights(one, other)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_weights(
    bars: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, learn = begin(bars), Learner.learn
    good: list[dict[str, np.ndarray]] = []

    def poisoned(self: Learner, indices: torch.Tensor, epoch: int, step: int, *rest: Any) -> dict[str, float]:
        if step == 4:
            good.append(weights_of(self.average))
            self.images.pixels.data = self.images.pixels.float() * torch.nan
        return learn(self, indices, epoch, step, *rest)

    monkeypatch.setattr(Learner, "learn", poisoned)
    with pytest.raises(TrainingError, match=r"no longer finite in epoch 1, step 5, .*lower learning rate"):
        list(training.run())
    kept = weights_of(training.kept_model())
    assert all(np.array_equal(kept[name], good[0][name]) and np.isfinite(kept[name]).all() for name in kept)


def test_a_learning_rate_that_is_far_too_high_is_survived_or_refused(bars: Dataset) -> None:
    training = begin(bars, learning_rate=1000.0, clip_norm=1e9, epochs=3)
    with contextlib.suppress(TrainingError):
        list(training.run())
    assert all(np.isfinite(array).all() for array in weights_of(training.kept_model()).values())


def test_a_damaged_state_is_refused(bars: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "state"
    with pytest.raises(TrainingError, match="cannot be read"):
        Training.resume(path, bars)
    list(begin(bars, epochs=1).run(state_path=path))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainingError, match="cannot be read"):
        Training.resume(path, bars)
    save_file({"a": np.zeros(3)}, path)
    with pytest.raises(TrainingError, match="cannot be read"):
        Training.resume(path, bars)


def test_a_state_with_parts_missing_is_refused(bars: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "state"
    list(begin(bars, epochs=1).run(state_path=path))
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    arrays = load_file(path)
    for part in ("model", "average", "optimiser"):
        save_file({key: array for key, array in arrays.items() if not key.startswith(part)}, path, metadata)
        with pytest.raises(UserError, match="fit the network"):
            Training.resume(path, bars)


def test_a_state_of_another_dataset_is_refused(bars: Dataset, tmp_path: Path) -> None:
    list(begin(bars, epochs=1).run(state_path=tmp_path / "state"))
    other = Dataset("other", bars.images[::-1].copy(), bars.labels, bars.class_names, bars.split)
    with pytest.raises(TrainingError, match="another dataset than other"):
        Training.resume(tmp_path / "state", other)


def test_what_does_not_fit_is_refused(bars: Dataset) -> None:
    with pytest.raises(TrainingError, match=r"bars has images \(6, 6, 1\), the network takes \(5, 6, 1\)"):
        Training.begin(msgspec.structs.replace(spec(), image_shape=(5, 6, 1)), bars, RECIPE)
    untrained = Dataset("bars", bars.images, bars.labels, bars.class_names, np.ones_like(bars.split))
    with pytest.raises(TrainingError, match="no training images"):
        Training.begin(spec(), untrained, RECIPE)
    with pytest.raises(TrainingError, match=r"no device 'abacus'.*cpu"):
        begin(bars, device="abacus")


def test_a_batch_larger_than_the_dataset_costs_no_more_than_the_dataset(bars: Dataset, monkeypatch) -> None:
    seen: list[int] = []
    batch = HeldImages.batch
    monkeypatch.setattr(HeldImages, "batch", lambda self, places: seen.append(len(places)) or batch(self, places))
    training = begin(bars, batch_size=10**6, epochs=1)
    reports = list(training.run())
    assert seen
    assert max(seen) <= len(bars)
    assert reports[-1].steps == 1
