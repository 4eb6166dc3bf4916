"""Batches by what memory there is."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from latent_explorer.engine.decoder import Allowance, Decoder, is_out_of_memory
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


@pytest.mark.parametrize("error", NO_MEMORY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("most", [1, 5, 24])
def test_out_of_memory_halves_the_batch_and_goes_on(most: int, error: Exception) -> None:
    expected = Decoder(net(), CPU).pictures(Z)
    model = net()
    model.decoder = Limited(model.decoder, most, error)
    decoder = Decoder(model, CPU)
    np.testing.assert_allclose(decoder.pictures(Z).astype(int), expected, atol=1)
    stretch = decoder.differentiated(log_stretch, Z)
    np.testing.assert_allclose(stretch, Decoder(net(), CPU).differentiated(log_stretch, Z), atol=1e-4)
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


def _raising(error: Exception) -> Callable[[np.ndarray], np.ndarray]:
    def work(_: np.ndarray) -> np.ndarray:
        raise error

    return work


def test_what_is_measured_comes_in_few_different_numbers_and_is_that_of_each_latent() -> None:
    asked = set()

    def first(_: LatentModel, z: Tensor) -> Tensor:
        asked.add(len(z))
        return z[:, 0]

    decoder = Decoder(net(), CPU)
    for count in range(1, 65):
        np.testing.assert_array_equal(decoder.measured(first, Z[:count])[:, 0], Z[:count, 0])
    assert asked == {2**power for power in range(7)}
