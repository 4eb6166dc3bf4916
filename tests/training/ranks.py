"""A program of its own, started by torchrun: one of two processes that train together.

Goes through every case below with the other process, and writes what it saw of each into a JSON file. Where a case
compares with a process alone, that is trained here too, by the first.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np
import torch

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import UserError
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Recipe, Report
from latent_explorer.training import classifier_net, jobs, loop
from latent_explorer.training.distributed.fabric import assemble
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, ProcessGroup
from latent_explorer.training.learner import Learner
from latent_explorer.training.loop import Training

RECIPE = Recipe(
    epochs=4,
    batch_size=8,
    learning_rate=5e-3,
    prior_warm_up=0.5,
    augmentation=0.3,
    corruption=0.1,
    clip_norm=5,
    device="cpu",
    precision="float32",
)
FAMILIES = (("vae", "dense"), ("ae", "conv"))


def bars() -> Dataset:
    """41 training images, so that the last batch of eight has a single one, and 7 test images."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 30, (48, 6, 6, 1), dtype=np.uint8)
    for image, place in zip(images, draw.integers(0, 6, 48), strict=True):
        image[place] = 250
    return Dataset("bars", images, None, (), (np.arange(48) >= 41).astype(np.uint8))


def begin(group: ProcessGroup, family: str = "vae", trunk: str = "dense", **changes: Any) -> Training:
    spec = NetSpec(family=family, trunk=trunk, image_shape=(6, 6, 1), latent_dim=2, hidden=(12,))
    return Training.begin(spec, bars(), msgspec.structs.replace(RECIPE, **changes), group)


def losses(training: Training, epochs: int = RECIPE.epochs, state: Path | None = None) -> list[list[float]]:
    """What the reports say up to the end of an epoch."""
    told = []
    for report in training.run(state_path=state):
        told.append([*report.losses.values(), *(report.test_losses or {}).values()])
        if report.epoch == epochs and report.test_losses:
            break
    return told


class Cases:
    """What is tried. Each gives what this process saw of it, as plain values."""

    def __init__(self, folder: Path, group: ProcessGroup) -> None:
        self.folder, self.group, self.first = folder, group, group.rank == 0
        np.savez(folder / f"{group.rank}.npz", images=bars().images, split=bars().split)

    def job(self, name: str, **changes: Any) -> Job:
        recipe = msgspec.structs.replace(RECIPE, **changes)
        return Job(str(self.folder / f"{self.group.rank}.npz"), self.folder / name, hidden=(12,), recipe=recipe)

    def train(self, name: str, token: Event | None = None, **changes: Any) -> dict[str, Any]:
        """Train with a bundle: the last report's step, whether there is a bundle, and the error."""
        reports: list[Report] = []
        job = self.job(name, **changes)
        try:
            for report in jobs.train_bundle(job, token, group=self.group):
                reports.append(report)
                self.when_told(report, token)
        except UserError as error:
            return {"error": str(error), "step": reports[-1].step if reports else 0}
        return {"step": reports[-1].step, "stopped": token is not None and token.is_set()}

    def when_told(self, report: Report, token: Event | None) -> None:
        """The second process is asked to stop in the second epoch."""
        if token is not None and not self.first and report.epoch == 2:
            token.set()

    def the_same_losses(self) -> Any:
        together = [losses(begin(self.group, *family)) for family in FAMILIES]
        alone = [losses(begin(SINGLE_PROCESS, *family)) for family in FAMILIES] if self.first else None
        return {"together": together, "alone": alone}

    def resumed_with_fewer(self) -> Any:
        state = self.folder / "fewer"
        losses(begin(self.group), 2, state if self.first else None)
        return losses(Training.resume(state, bars())) if self.first else None

    def resumed_with_more(self) -> Any:
        state = self.folder / "more"
        if self.first:
            losses(begin(SINGLE_PROCESS), 2, state)
        self.group.meet()
        return losses(Training.resume(state, bars(), self.group))

    def stopped_by_one(self) -> Any:
        return self.train("stopped", Event())

    def measured_by_one(self) -> Any:
        """The first finds bfloat16 faster, the second does not."""
        found = "bfloat16" if self.first else "float32"
        with patch.object(loop, "choose_precision", lambda *_: found):
            return begin(self.group, precision="auto").progress.precision

    def asked_for_another(self) -> Any:
        return self.train("another", seed=self.group.rank)

    def out_of_memory(self) -> Any:
        with self.failing(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")):
            return self.train("memory")

    def out_of_reach(self) -> Any:
        with self.failing(RuntimeError("CUDA error: uncorrectable ECC error encountered\nCompile with")):
            return self.train("reach")

    def a_fault(self) -> Any:
        try:
            with self.failing(ZeroDivisionError("a fault")):
                return self.train("fault")
        except ZeroDivisionError:
            return {"raised": True}

    def not_finite(self) -> Any:
        with self.failing(None):
            return self.train("finite")

    def full_disk(self) -> Any:
        def full(*_: Any) -> None:
            raise UserError("epoch 1 could not be saved")

        with patch.object(loop, "save_state", full):
            return self.train("disk")

    def a_generator(self) -> Any:
        """The first teaches a classifier before the run and an encoder after it, and the second waits."""
        labels = np.argmax(bars().images.max(2)[..., 0] == 250, 1)
        source = self.folder / f"labelled{self.group.rank}.npz"
        np.savez(source, images=bars().images, split=bars().split, labels=labels)
        settings = {"pull": 0.1, "searches": 2.0}
        job = replace(self.job("gan"), source=str(source), family="gan", settings=settings)
        taught = list[str]()
        with patch.object(classifier_net, "_FEWEST", 10):
            reports = list(jobs.train_bundle(job, say=lambda word: taught.append(str(word)), group=self.group))
        return {"step": reports[-1].step, "losses": reports[-1].losses, "taught": "teaching a classif" in str(taught)}

    def killed(self) -> Any:
        """The last: the second process is gone without a word."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # which torchrun then sends to the other
        with self.failing(None, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            return self.train("killed")

    @contextmanager
    def failing(self, error: Exception | None, act: Callable[[], Any] | None = None) -> Iterator[None]:
        """Inside, the second process fails in the second epoch: so, by an act, or by images that are no numbers."""
        learn = Learner.learn

        def poison(learner: Learner, indices: torch.Tensor) -> None:
            images = learner.images.pixels.float()
            images[indices] = torch.nan
            learner.images.pixels.data = images

        def failing(learner: Learner, indices: torch.Tensor, epoch: int, step: int, *rest: Any) -> Any:
            if not self.first and epoch == 2 and step == 8:
                if error is not None:
                    raise error
                (act or (lambda: poison(learner, indices)))()
            return learn(learner, indices, epoch, step, *rest)

        with patch.object(Learner, "learn", failing):
            yield


def main(folder: Path) -> None:
    cases, seen = Cases(folder, assemble("cpu")), {}
    for name, case in vars(Cases).items():
        if not name.startswith("_") and name not in ("job", "train", "when_told", "failing"):
            seen[name] = case(cases)
            (folder / f"{cases.group.rank}.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
