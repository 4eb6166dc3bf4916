"""Batches by what memory there is, and what a device beside the processor adds, with an object in its place."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from latent_explorer.engine import slices
from latent_explorer.engine.decoder import Allowance, Decoder, is_out_of_memory, replayed
from latent_explorer.engine.slices import Pace, in_slices
from latent_explorer.errors import EngineError
from latent_explorer.fields.stretch import log_stretch
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

CPU = torch.device("cpu")
Z = np.random.default_rng(0).standard_normal((100, 2)).astype(np.float32)
NO_MEMORY = [
    torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried to ..."),
    MemoryError(),
]


def net() -> LatentModel:
    torch.manual_seed(0)
    return build(NetSpec(family="ae", trunk="dense", image_shape=(6, 5, 1), latent_dim=2, hidden=(8,)))


class Limited(torch.nn.Module):
    """A decoder that has memory for so many pictures at a time."""

    def __init__(self, decoder: torch.nn.Module, most: int, error: Exception) -> None:
        super().__init__()
        self.inner, self.most, self.error = decoder, most, error

    def forward(self, z: Tensor) -> Tensor:
        if len(z) > self.most:
            raise self.error
        return self.inner(z)


class Pretended:
    """In place of a CUDA device: notes what is asked of it, and does it on the CPU."""

    def __init__(self, captures: bool = True) -> None:
        self.captures, self.log = captures, []

    def copy_back(self, levels: Tensor) -> Callable[[], Tensor]:
        self.log.append(f"copy {len(levels)}")

        def fetch() -> Tensor:
            self.log.append(f"fetch {len(levels)}")
            return levels

        return fetch

    def capture(self, run: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
        if not self.captures:
            raise RuntimeError("operation not permitted when stream is capturing")
        result = run()
        return lambda: (self.log.append("replay"), result.copy_(run())), result


@pytest.mark.parametrize("error", NO_MEMORY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("most", [1, 5, 24])
def test_out_of_memory_halves_the_batch_and_goes_on(most: int, error: Exception) -> None:
    expected = Decoder(net(), CPU).pictures(Z)
    model = net()
    model.decoder = Limited(model.decoder, most, error)
    decoder = Decoder(model, CPU)
    np.testing.assert_allclose(decoder.pictures(Z).astype(int), expected, atol=1)
    if most >= 4:  # as many as the stretch at one place takes
        np.testing.assert_allclose(
            decoder.measured(log_stretch, Z), Decoder(net(), CPU).measured(log_stretch, Z), atol=0.01
        )
    largest = decoder._allowance.most
    assert most / 2 < largest <= most
    model.decoder.most = 100
    decoder.pictures(Z)
    assert decoder._allowance.most == largest  # what was learnt stays


def test_no_memory_for_one_picture_is_said_and_other_errors_pass() -> None:
    with pytest.raises(EngineError, match="not enough memory"):
        Allowance().pieces(_raising(NO_MEMORY[1]), Z)
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes"):
        Allowance().pieces(_raising(RuntimeError("mat1 and mat2 shapes cannot be multiplied")), Z)


@given(count=st.integers(0, 60), most=st.integers(1, 70), held=st.integers(1, 70))
def test_pieces_are_all_there_in_order_and_memory_is_released_after_each_failure(
    count: int, most: int, held: int
) -> None:
    released = []
    z = np.arange(count, dtype=np.float32)[:, None]

    def work(piece: np.ndarray) -> np.ndarray:
        if len(piece) > held:
            raise MemoryError
        return piece

    allowance = Allowance(most, lambda: released.append(1))
    pieces = allowance.pieces(work, z)
    np.testing.assert_array_equal(np.concatenate(pieces), z)
    assert max(map(len, pieces)) <= min(most, held)
    assert bool(released) == (min(count, most) > held)


def test_there_is_no_accelerator_behind_a_cpu() -> None:
    assert Decoder(net(), CPU).ahead == 0
    run = torch.abs
    assert replayed(None, run, torch.zeros(1, 2)) is run


def test_batches_are_copied_back_piece_by_piece_and_a_hover_is_replayed() -> None:
    plain = Decoder(net(), CPU)
    device = Pretended()
    decoder = Decoder(net(), CPU, device)
    assert decoder.ahead == 1
    decoder._allowance.most = 16
    device.log.clear()
    for z in (Z[:1], Z[1:2], Z[:1]):
        np.testing.assert_allclose(decoder.pictures(z).astype(int), plain.pictures(z), atol=1)
    assert device.log == ["replay", "copy 1", "fetch 1"] * 3
    device.log.clear()
    np.testing.assert_allclose(decoder.pictures(Z[:40]).astype(int), plain.pictures(Z[:40]), atol=1)
    assert device.log == ["copy 16", "copy 16", "copy 8", "fetch 16", "fetch 16", "fetch 8"]


def test_one_replay_does_not_write_into_the_picture_of_the_one_before() -> None:
    decoder = Decoder(net(), CPU, Pretended())
    first = decoder.begin(Z[:1])
    decoder.pictures(Z[1:2])
    np.testing.assert_array_equal(first(), decoder.pictures(Z[:1]))


def test_a_hover_that_cannot_be_captured_is_decoded_all_the_same() -> None:
    device = Pretended(captures=False)
    decoder = Decoder(net(), CPU, device)
    np.testing.assert_allclose(decoder.pictures(Z[:1]).astype(int), Decoder(net(), CPU).pictures(Z[:1]), atol=1)
    assert "replay" not in device.log


@pytest.mark.parametrize("ahead", [0, 1, 2])
def test_slices_come_in_order_and_so_many_are_begun_ahead(ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LARGEST_SLICE", 2)
    log: list[str] = []

    def begin(z: np.ndarray) -> Callable[[], np.ndarray]:
        log.append(f"begin {z[0, 0]:.0f}")

        def finish() -> np.ndarray:
            log.append(f"finish {z[0, 0]:.0f}")
            return z

        return finish

    z = np.arange(10, dtype=np.float32)[:, None]
    found = list(in_slices(z, Pace(2), begin, ahead))
    assert [start for start, _ in found] == [0, 2, 4, 6, 8]
    np.testing.assert_array_equal(np.concatenate([piece for _, piece in found]), z)
    for k in range(5):
        begun = [each for each in log[: log.index(f"finish {2 * k}")] if each.startswith("begin")]
        assert len(begun) == min(5, k + 1 + ahead)


def _raising(error: Exception) -> Callable[[np.ndarray], np.ndarray]:
    def work(_: np.ndarray) -> np.ndarray:
        raise error

    return work
