"""Steps that are recorded and replayed give what steps made one by one give."""

import logging
import math
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs.recipe import Recipe
from latent_explorer.runs.report import Report
from latent_explorer.training import optimiser
from latent_explorer.training.captured import StepNumbers
from latent_explorer.training.distributed.process_group import SingleProcess
from latent_explorer.training.images import HeldImages, ReadImages
from latent_explorer.training.learner import Learner
from latent_explorer.training.loop import Training

CPU = torch.device("cpu")
# 90 images in batches of 16: five that can be replayed and one of 10. Augmented are the first three epochs of four.
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
Device = Callable[..., Any]


def begin(bars: Dataset, family: str = "vae", trunk: str = "residual", **changes: Any) -> Training:
    spec = NetSpec(family=family, trunk=trunk, image_shape=(6, 6, 1), latent_dim=2, hidden=(24,))
    return Training.begin(spec, bars, msgspec.structs.replace(RECIPE, **changes))


def told(reports: list[Report]) -> list[tuple[int, dict[str, float], dict[str, float] | None]]:
    return [(report.step, report.losses, report.test_losses) for report in reports]


def same_weights(one: Training, other: Training) -> bool:
    first, second = weights_of(one.best_model()), weights_of(other.best_model())
    return all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("family", "trunk"), [("ae", "residual"), ("vae", "residual"), ("vae", "lean"), ("ae", "conv")]
)
def test_replayed_steps_give_the_same_run_bit_by_bit(
    bars: Dataset, device: Device, family: str, trunk: str, precision: str
) -> None:
    plain = begin(bars, family, trunk, precision=precision)
    expected = told(list(plain.run()))
    pretended = device()
    replayed = begin(bars, family, trunk, precision=precision)
    assert told(list(replayed.run())) == expected
    assert same_weights(plain, replayed)
    assert [pretended.log.count(word) for word in ("capture", "replay")] == [2, 20]


def test_a_step_is_recorded_anew_when_the_augmentation_ends(bars: Dataset, device: Device) -> None:
    pretended = device()
    list(begin(bars).run())
    steps = [word for word in pretended.log if word in ("capture", "replay")]
    assert steps == ["capture", *["replay"] * 15, "capture", *["replay"] * 5]


def test_a_resumed_run_ends_as_if_it_had_never_stopped(bars: Dataset, device: Device, tmp_path: Path) -> None:
    device()
    whole, stopped, token = begin(bars), begin(bars), Event()
    list(whole.run())
    for report in stopped.run(token, state_path=tmp_path / "state"):
        if report.step >= 13:
            token.set()
    resumed = Training.resume(tmp_path / "state", bars)
    assert 0 < resumed.progress.epoch < 4
    list(resumed.run())
    assert same_weights(whole, resumed)


def test_what_was_recorded_is_forgotten_when_the_state_is_put_back(bars: Dataset, device: Device) -> None:
    pretended = device()
    training = begin(bars, augmentation=0.0)
    list(training.run())
    once = weights_of(training.averaged_model())
    arrays = training._learner.arrays()
    indices, draws = torch.arange(16), torch.Generator()
    ends = []
    for _ in range(2):
        training._learner.restore(arrays)
        training._learner.learn(indices, 1, 3, 24, draws.manual_seed(0))
        ends.append(weights_of(training.averaged_model()))
    assert pretended.log.count("capture") == 3
    assert all(np.array_equal(ends[0][name], ends[1][name]) for name in once)
    assert not all(np.array_equal(ends[0][name], once[name]) for name in once)


@pytest.mark.parametrize("broken", [False, True])
def test_what_cannot_be_recorded_is_made_step_by_step(
    bars: Dataset, device: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: bool
) -> None:
    """The device refuses, or a step waits for it, which the recording does not allow."""
    plain = begin(bars)
    list(plain.run())
    pretended = device(captures=broken)
    if broken:
        learn = Learner._learn

        def waiting(self: Learner, *rest: Any) -> Any:
            losses = learn(self, *rest)
            assert losses["loss"].item() > 0
            return losses

        monkeypatch.setattr(Learner, "_learn", waiting)
    eager = begin(bars)
    with caplog.at_level(logging.WARNING):
        list(eager.run())
    assert same_weights(plain, eager)
    assert [pretended.log.count(word) for word in ("capture", "replay")] == [1, 0]
    assert [record.message for record in caplog.records] == [
        "steps are made one by one, without a captured graph: operation not permitted when stream is capturing"
    ]


def test_small_batches_and_images_that_are_read_are_not_replayed(bars: Dataset, device: Device) -> None:
    pretended = device()
    list(begin(bars, batch_size=91, epochs=1).run())
    model = build(NetSpec(family="vae", trunk="residual", image_shape=(6, 6, 1), latent_dim=2, hidden=(24,)))
    for images in (ReadImages(bars.images, CPU), HeldImages.copied(bars, CPU)):
        assert "capture" not in pretended.log
        Learner(model, RECIPE, "float32", images).learn(torch.arange(16), 1, 0, 24, torch.Generator())
    assert "capture" in pretended.log


def test_several_processes_replay_nothing(bars: Dataset, device: Device) -> None:
    class Two(SingleProcess):
        size = 2

    pretended = device()
    model = build(NetSpec(family="vae", trunk="residual", image_shape=(6, 6, 1), latent_dim=2, hidden=(24,)))
    one_of_two = Learner(model, RECIPE, "float32", HeldImages.copied(bars, CPU), Two())
    one_of_two.learn(torch.arange(16), 1, 0, 24, torch.Generator())
    assert pretended.log == []


def test_a_loss_that_is_not_finite_is_told_with_its_step_and_changes_nothing(
    bars: Dataset, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the third epoch's fourth step."""
    device()
    training, learn = begin(bars, precision="bfloat16"), Learner.learn
    good: list[dict[str, np.ndarray]] = []

    def noting(self: Learner, indices: torch.Tensor, epoch: int, step: int, *rest: Any) -> Any:
        if step == 15:
            good.append(weights_of(self.average))
        return learn(self, indices, epoch, step, *rest)

    monkeypatch.setattr(Learner, "learn", noting)
    monkeypatch.setattr(Recipe, "prior_at", lambda _, step, steps: math.nan if step == 15 else 1.0)
    with pytest.raises(TrainingError, match=r"no longer finite in epoch 3, step 16, .*lower learning rate"):
        list(training.run())
    kept = weights_of(training.averaged_model())
    assert all(np.array_equal(kept[name], good[0][name]) for name in kept)


def test_idle_steps_change_nothing(bars: Dataset) -> None:
    model = build(NetSpec(family="vae", trunk="residual", image_shape=(6, 6, 1), latent_dim=2, hidden=(24,)))
    learner = Learner(model, RECIPE, "bfloat16", HeldImages.copied(bars, CPU))
    optimiser, indices, draws = learner.optimiser, torch.arange(16), torch.Generator()

    def state() -> list[np.ndarray]:
        kept = (weights_of(optimiser.model), weights_of(optimiser.average), optimiser.arrays())
        return [array for named in kept for array in named.values()] + [optimiser._good_steps.numpy().copy()]

    def faulty() -> None:
        with optimiser.idle():
            learner.learn(indices, 1, 1, 24, draws)
            raise RuntimeError("a fault")

    learner.learn(indices, 1, 0, 24, draws)
    before = state()
    with pytest.raises(RuntimeError, match="a fault"):
        faulty()
    assert all(np.array_equal(one, other) for one, other in zip(before, state(), strict=True))
    learner.learn(indices, 1, 1, 24, draws)
    assert optimiser.verdict() is None
    assert optimiser._good_steps == 2
    assert not np.array_equal(before[0], state()[0])


class Elsewhere(TorchDispatchMode):
    """Notes the operations on tensors that are not on the device `meta`, whose values nobody can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # torch has no fused optimiser for this device
        made = None if "_fused_adamw_" in str(function) else function(*args, **(kwargs or {}))
        tensors = [each for each in tree_leaves((args, kwargs, made)) if isinstance(each, torch.Tensor)]
        if any(each.device.type != "meta" for each in tensors):
            self.found.append(str(function))
        return made


@pytest.mark.parametrize("family", ["ae", "vae"])
@pytest.mark.parametrize("trunk", ["conv", "dense", "lean", "residual", "resnet"])
def test_all_of_a_step_is_on_the_device(monkeypatch: pytest.MonkeyPatch, family: str, trunk: str) -> None:
    """Anything else could not be captured: a tensor on the processor, or a value that is asked for."""
    monkeypatch.setattr(import_module("torch.optim.adam"), "_device_dtype_check_for_fused", lambda _: None)
    monkeypatch.setattr(optimiser, "autocast", lambda *_: nullcontext())
    spec = NetSpec(family=family, trunk=trunk, image_shape=(12, 12, 1), latent_dim=2, hidden=(24,))
    with torch.device("meta"):
        images = HeldImages(torch.zeros((20, 1, 12, 12), dtype=torch.uint8))
        learner = Learner(build(spec), RECIPE, "float32", images)
        indices, numbers = torch.zeros(16, dtype=torch.int64), StepNumbers(*torch.zeros(3).unbind())
    with Elsewhere() as elsewhere:
        losses = learner._learn(indices, 0.3, numbers, None)
    assert elsewhere.found == []
    assert all(loss.device.type == "meta" for loss in losses.values())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_cuda_device_replays_learn_what_steps_do_and_a_resumed_run_is_exact(
    bars: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped, token = begin(bars, device="cuda"), begin(bars, device="cuda"), Event()
    list(whole.run())
    for report in stopped.run(token, state_path=tmp_path / "state"):
        if report.step >= 13:
            token.set()
    resumed = Training.resume(tmp_path / "state", bars)
    list(resumed.run())
    assert whole._learner._steps._recorded is not None
    assert caplog.records == []
    assert same_weights(whole, resumed)
    monkeypatch.setattr("latent_explorer.training.learner.accelerator_of", lambda _: None)
    plain = begin(bars, device="cuda")
    list(plain.run())
    assert whole.progress.best_loss == pytest.approx(plain.progress.best_loss, rel=1e-3)
