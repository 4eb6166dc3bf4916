"""A dataset small enough to train on in a moment, and what stands for a CUDA device."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from latent_explorer.training import learner

_WAITING = ("_local_scalar_dense", "nonzero", "equal", "masked_select")


class Graph(TorchDispatchMode):
    """Notes every operation with the tensors it was given, and can do all of them again on the same tensors.

    So what Python knew while it was recorded stays as it was, and only what is in the tensors can change. As when a
    stream is captured, what would wait for the device is refused.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function.overloadpacket.__name__ in _WAITING:
            raise RuntimeError("operation not permitted when stream is capturing")
        made = function(*args, **(kwargs or {}))
        self.calls.append((function, args, kwargs or {}, made))
        return made

    @torch.no_grad()
    def replay(self) -> None:
        for function, args, kwargs, made in self.calls:
            for old, new in zip(tree_leaves(made), tree_leaves(function(*args, **kwargs)), strict=True):
                if isinstance(old, Tensor) and old.data_ptr() != new.data_ptr():
                    old.copy_(new)


class Pretended:
    """In place of a CUDA device."""

    def __init__(self, captures: bool = True) -> None:
        self.captures, self.log = captures, list[str]()

    def capture(self, run: Callable[[], Tensor], generator: torch.Generator) -> tuple[Callable[[], object], Tensor]:
        self.log.append("capture")
        for _ in range(3):
            run()
        graph = Graph()
        with graph:
            result = run()
            if not self.captures:
                raise RuntimeError("operation not permitted when stream is capturing")

        def replay() -> None:
            self.log.append("replay")
            graph.replay()

        return replay, result


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pretended]:
    """Puts an object in place of the device behind every Learner that is made from then on."""

    def put(**traits: Any) -> Pretended:
        pretended = Pretended(**traits)
        monkeypatch.setattr(learner, "accelerator_of", lambda _: pretended)
        return pretended

    return put
