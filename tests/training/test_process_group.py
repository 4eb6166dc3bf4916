"""What is a process's own, and how many processes there are to be."""

from collections.abc import Iterator, Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Recipe
from latent_explorer.training.distributed.devices import DeviceLostError, faults_told
from latent_explorer.training.distributed.fabric import Size, assemble
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, BatchShare, ProcessGroup
from latent_explorer.training.images import HeldImages
from latent_explorer.training.learner import Learner

CPU = torch.device("cpu")


@given(st.integers(1, 200), st.integers(1, 20))
def test_every_image_is_the_own_of_one_process(count: int, size: int) -> None:
    shares = [BatchShare.of(count, rank, size) for rank in range(size)]
    own = [index for share in shares if share.images for index in range(count)[share.rows]]
    assert own == list(range(count))
    assert sum(share.images for share in shares) == count
    assert all(range(count)[share.rows] for share in shares), "even where none is its own there is one to look at"
    assert max(share.images for share in shares) - min(share.images for share in shares) <= 1


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 1))
def test_what_is_drawn_for_an_image_does_not_depend_on_who_has_it(count: int, size: int, images: int) -> None:
    def drawn(draws: Draws, own: int) -> list[torch.Tensor]:
        shape = [3, 5]
        shape[images] = own
        return [draws.normal(shape, CPU, images), draws.uniform(shape, CPU, images)]

    whole = drawn(Draws(torch.Generator().manual_seed(1)), count)
    for rank in range(size):
        share = BatchShare.of(count, rank, size)
        own = drawn(share.draws(torch.Generator().manual_seed(1)), len(range(count)[share.rows]))
        for mine, all_of_them in zip(own, whole, strict=True):
            assert torch.equal(mine, all_of_them.narrow(images, share.rows.start, len(range(count)[share.rows])))


def test_parts_of_a_mean_add_up_to_it() -> None:
    values = torch.arange(7.0)
    parts = []
    for rank in range(9):
        share = BatchShare.of(7, rank, 9)
        parts.append(values[share.rows].mean() * share.weight)
    assert sum(parts).item() == pytest.approx(values.mean().item())


class Second(ProcessGroup):
    """In place of the second process of two, that meets nobody."""

    rank, size = 1, 2


class Noting(HeldImages):
    """Notes which images it is told to expect."""

    def expected(self, batches: Sequence[torch.Tensor]) -> Iterator[torch.Tensor]:
        noted.extend(batch.tolist() for batch in batches)
        yield from batches


noted: list[list[int]] = []


def test_only_the_own_images_are_expected() -> None:
    spec = NetSpec(family="ae", trunk="dense", image_shape=(2, 2, 1), latent_dim=1, hidden=(2,))
    images = Noting(torch.zeros(9, 1, 2, 2, dtype=torch.uint8))
    learner = Learner(build(spec), Recipe(), "float32", images, Second())
    handed_on = learner.expected(torch.split(torch.arange(9), 4))
    assert [batch.tolist() for batch in handed_on] == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]
    assert noted == [[2, 3], [6, 7], [8]]


def torchrun(monkeypatch: pytest.MonkeyPatch, world: int, here: int) -> None:
    for name, value in (("TORCHELASTIC_RUN_ID", "x"), ("WORLD_SIZE", world), ("LOCAL_WORLD_SIZE", here)):
        monkeypatch.setenv(name, str(value))


def test_one_process_is_alone_unless_more_are_asked_for() -> None:
    assert assemble("cpu") is SINGLE_PROCESS
    assert assemble("cpu", "auto", 1) is SINGLE_PROCESS
    assert SINGLE_PROCESS.from_first(3) == 3
    assert Size.wanted("3", 2, CPU) == Size(3, 2)


def test_torchrun_decides_and_must_not_be_contradicted(monkeypatch: pytest.MonkeyPatch) -> None:
    torchrun(monkeypatch, 6, 3)
    for asked in ((None, None), ("3", 2), ("auto", None)):
        assert Size.wanted(*asked, CPU) == Size(3, 2)
    with pytest.raises(
        TrainingError, match="--devices 4 --nodes 2 was asked for, but torchrun has started 3 processes"
    ):
        assemble("cpu", "4")
    with pytest.raises(TrainingError, match="--devices 3 --nodes 1 was asked for"):
        assemble("cpu", None, 1)
    torchrun(monkeypatch, 5, 3)
    with pytest.raises(TrainingError, match="expected as many on each node"):
        assemble("cpu")


@pytest.mark.parametrize("devices", ["0", "-1", "two", "1.5"])
def test_devices_that_are_no_number_are_refused(devices: str) -> None:
    with pytest.raises(TrainingError, match=f"--devices {devices}: expected how many"):
        assemble("cpu", devices)


def test_nodes_that_could_not_find_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NODE_RANK", "1")
    with pytest.raises(TrainingError, match="--nodes 2 are not available: expected MASTER_ADDR, MASTER_PORT in the"):
        assemble("cpu", "1", 2)


class Card:
    """In place of a device that torch knows."""

    type = "cuda"

    def __str__(self) -> str:
        return "cuda:1"


@pytest.mark.parametrize(
    "message",
    [
        "CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be asynchronously reported",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "Metal: the device was removed: device lost",
    ],
)
def test_a_device_that_disappears_is_named_with_what_happened(message: str) -> None:
    expected = f"cuda:1 can no longer be used: {message.splitlines()[0]}"
    with pytest.raises(DeviceLostError, match=f"^{expected}$"), faults_told(Card(), 8):  # type: ignore[arg-type]
        raise RuntimeError(message)
