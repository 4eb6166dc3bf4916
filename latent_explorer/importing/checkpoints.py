"""Weights by name from a checkpoint: safetensors, or a file of torch.save, read without running anything in it."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from latent_explorer.errors import UserError
from latent_explorer.importing.kinds import FoundFile
from latent_explorer.importing.refusing import EXPORT, RefusedError
from latent_explorer.safe_text import safe_text

_INSIDE = ("state_dict", "model_state_dict", "model", "network", "net", "ema", "module", "weights")
"""The names under which a checkpoint may keep the weights among other things."""
_PREFIXES = ("model.", "module.", "_orig_mod.", "network.", "net.", "vae.", "autoencoder.", "ae.", "ema_model.")
_MOST_TENSORS = 20_000


def weights_in(found: FoundFile) -> dict[str, Tensor]:
    """The weights by name, float32 if they are real, without prefixes shared by all of them.

    Raises UserError if there are none, or reading them would run code.
    """
    kept = _safetensors(found) if found.kind == "safetensors" else _torch(found)
    tensors = _tensors(kept)
    if not tensors:
        raise RefusedError(
            f"{found.name}: expected a state_dict, tensors by name, or a checkpoint with one, found {_listed(kept)}"
        )
    if len(tensors) > _MOST_TENSORS:
        raise RefusedError(f"{found.name}: expected at most {_MOST_TENSORS:,} tensors, found {len(tensors):,}")
    real = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    if not all(bool(torch.isfinite(tensor).all()) for tensor in real.values() if tensor.is_floating_point()):
        raise UserError(f"{found.name}: its weights hold numbers that are not finite (NaN or infinite)")
    return stripped(real)


def stripped(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights without `model.`, `module.` and the like before the decoder's names; others are left out.

    Without a decoder, prefixes shared by all names are removed.
    """
    known = "|".join(map(re.escape, _PREFIXES))
    found = (re.match(rf"((?:{known})+)decoder\.", name) for name in tensors)
    prefix = next((match[1] for match in found if match is not None), "")
    if prefix and not any(name.startswith("decoder.") for name in tensors):
        return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    names = dict(tensors)
    while names and (prefix := next((each for each in _PREFIXES if all(n.startswith(each) for n in names)), "")):
        names = {name[len(prefix) :]: tensor for name, tensor in names.items()}
    return names


def _safetensors(found: FoundFile) -> dict[str, Any]:
    try:
        return dict(load(found.content))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise RefusedError(f"{found.name}: expected a safetensors file, found a damaged one: {error}") from error


def _torch(found: FoundFile) -> Any:
    try:
        return torch.load(BytesIO(found.content), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged archive leads to
        if type(error).__name__ == "UnpicklingError":
            raise RefusedError(_unsafe(found.name, str(error))) from error
        first = safe_text(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__, most=200)
        raise RefusedError(f"{found.name}: expected a checkpoint, found one that cannot be read: {first}") from error


def _unsafe(name: str, said: str) -> str:
    """What to do about a checkpoint with more than tensors and plain values."""
    foreign = re.search(r"GLOBAL ([\w.]+)", said)
    what = f"an object {foreign[1]}" if foreign is not None else "more than tensors and plain values"
    return (
        f"{name} is a checkpoint that holds {safe_text(what, most=120)}, and to read that could run code: it is not "
        "read. Save its weights alone in the program that has it, with torch.save(model.state_dict(), 'weights.pt'), "
        f"or export the decoder with {EXPORT}"
    )


def _tensors(kept: Any) -> dict[str, Tensor]:
    """Tensors by name: those at the top level, or in the first part that consists of tensors."""
    for candidate in _candidates(kept):
        tensors = {str(name): each for name, each in candidate.items() if isinstance(each, Tensor)}
        if tensors:
            return {name: tensor for name, tensor in tensors.items() if tensor.layout == torch.strided}
    return {}


def _candidates(kept: Any) -> Iterator[Mapping[Any, Any]]:
    if not isinstance(kept, Mapping):
        return
    for name in _INSIDE:
        if isinstance(kept.get(name), Mapping):
            yield kept[name]
    yield kept


def _listed(kept: Any) -> str:
    if not isinstance(kept, Mapping):
        return f"a {type(kept).__name__}"
    return ", ".join(safe_text(str(name), most=30) for name in list(kept)[:8]) or "nothing"
