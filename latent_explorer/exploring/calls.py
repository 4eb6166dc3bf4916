"""Calls other people's functions with numpy arrays or torch tensors, whichever works."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from latent_explorer.engine.decoder import choose_device, is_out_of_memory
from latent_explorer.errors import EngineError, UserError

Function = Callable[..., Any]
_WORDS = 300  # characters of what somebody's exception says
_MEANS = ("mean", "mu", "loc", "latents", "latent", "z")


@dataclass(frozen=True, eq=False)
class Call:
    """A function of the caller's. name: for messages. device, dtype: of its input tensors; None for numpy arrays.

    unwrap: takes the tensor or array out of what it returns.
    """

    function: Function
    name: str
    device: torch.device | None
    dtype: torch.dtype
    unwrap: Callable[[Any], Any]

    def __call__(self, x: Tensor) -> Tensor:
        """Its result (n, ...) for a batch (n, ...), on the device of the batch.

        Raises EngineError if it fails, or does not return one result for each.
        """
        try:
            # not in inference mode: tensors that the function keeps for later could never be trained with
            with torch.inference_mode(False), torch.no_grad():
                made = _tensor(self.unwrap(self.function(self._given(x))), self.name).detach().to(x.device)
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            if is_out_of_memory(error):
                raise
            raise EngineError(f"the {self.name} raised {_said(error)}") from error
        if made.shape[:1] != x.shape[:1]:
            raise EngineError(f"the {self.name} gave an array {tuple(made.shape)} for {len(x)} of {tuple(x.shape)}")
        return made

    def _given(self, x: Tensor) -> Any:
        if self.device is None:
            return x.cpu().numpy().copy()
        return x.clone().to(self.device, self.dtype if x.is_floating_point() else x.dtype)

    @property
    def words(self) -> str:
        return "numpy arrays" if self.device is None else f"torch tensors on {self.device}"


def find_call(function: Function, name: str, unwrap: Callable[[Any], Any], batch: Tensor) -> tuple[Call, Tensor]:
    """How to call a function, and its result for a batch. Raises UserError if no way works."""
    if not callable(function):
        raise UserError(f"{name}: expected a function or an nn.Module, found {type(function).__name__}")
    tried: list[str] = []
    for call in _ways(function, name, unwrap):
        try:
            return call, call(batch)
        except EngineError as error:
            tried.append(f"with {call.words} of {tuple(batch.shape)}: {error}")
    raise UserError(f"the {name} cannot be called {'; '.join(tried)}")


def module_of(function: Any) -> nn.Module | None:
    """The torch module that a function is, or belongs to."""
    while isinstance(function, functools.partial):
        function = function.func
    for each in (function, getattr(function, "__self__", None)):
        if isinstance(each, nn.Module):
            return each
    return None


def first_of(made: Any) -> Any:
    """The pictures in a decoder's output: the first of several things, or diffusers' `sample`."""
    sample = getattr(made, "sample", None)
    if sample is not None and not callable(sample):
        return sample
    return made[0] if isinstance(made, tuple | list) and len(made) and hasattr(made[0], "shape") else made


def mean_of(made: Any) -> Any:
    """The latents in an encoder's output: the mean of a distribution, or the first of several things."""
    made = getattr(made, "latent_dist", made)
    if isinstance(made, dict):
        return next((made[name] for name in _MEANS if name in made), made)
    if isinstance(made, tuple | list) and len(made) and not np.isscalar(made[0]):
        return mean_of(made[0])
    if isinstance(made, Tensor | np.ndarray):
        return made
    return next(
        (value for name in _MEANS if not callable(value := getattr(made, name, None)) and value is not None), made
    )


def _ways(function: Function, name: str, unwrap: Callable[[Any], Any]) -> Iterator[Call]:
    module = module_of(function)
    if module is not None:
        held = next((each for each in (*module.parameters(), *module.buffers()) if each.is_floating_point()), None)
        device, dtype = (torch.device("cpu"), torch.float32) if held is None else (held.device, held.dtype)
        yield Call(function, name, device, dtype, unwrap)
        return
    yield Call(function, name, None, torch.float32, unwrap)
    for device in dict.fromkeys((torch.device("cpu"), choose_device())):
        yield Call(function, name, device, torch.float32, unwrap)


def _tensor(made: Any, name: str) -> Tensor:
    if isinstance(made, Tensor):
        return made
    try:
        array = np.asarray(made)
        if array.dtype.kind in "biuf":
            return torch.from_numpy(np.ascontiguousarray(array if array.dtype != np.uint16 else array.astype(np.int32)))
    except (ValueError, TypeError):
        pass
    raise EngineError(f"the {name} returned {_kind(made)}: expected a tensor or an array of numbers")


def _kind(made: Any) -> str:
    return f"an array of {made.dtype}" if isinstance(made, np.ndarray) else type(made).__name__


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:_WORDS]}" if text else type(error).__name__
