"""Loading and saving the weights of a network as numpy arrays by name."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.errors import BundleError
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

Weights = Mapping[str, NDArray[np.float32]]


def parameter_shapes(spec: NetSpec) -> dict[str, tuple[int, ...]]:
    """The shape of every weight by name, without allocating memory."""
    return _shapes(_build_empty(spec))


def load_model(spec: NetSpec, weights: Weights) -> LatentModel:
    """A network with the given weights, on the CPU, in evaluation mode.

    Raises BundleError if names or shapes differ from those of `spec`, before anything is allocated, and if the
    network's outputs are not finite; UserError if the family or the trunk is unknown.
    """
    model = _build_empty(spec)
    with torch.device("meta"):
        model.fit_to({name.partition(".")[0] for name in weights})
    load_weights(model, weights)
    _check_finite(model.eval())
    return model


def load_weights(model: LatentModel, weights: Weights) -> None:
    """Load weights into a network in place, on its device; see `load_model` for the errors."""
    expected = _shapes(model)
    missing, unknown = expected.keys() - weights.keys(), weights.keys() - expected.keys()
    if missing or unknown:
        raise BundleError(f"the weights do not fit the network: missing {_list(missing)}; unknown {_list(unknown)}")
    for name, shape in expected.items():
        if weights[name].shape != shape:
            raise BundleError(
                f"the weight {name} does not fit the network: expected {shape}, found {weights[name].shape}"
            )
    tensors = {name: torch.from_numpy(np.array(array, np.float32)) for name, array in weights.items()}
    model.load_state_dict(tensors, assign=next(model.parameters()).is_meta)


def weights_of(model: LatentModel) -> dict[str, NDArray[np.float32]]:
    """A copy of every weight by name."""
    return {name: tensor.detach().float().cpu().numpy().copy() for name, tensor in model.state_dict().items()}


def weights_to_keep(model: LatentModel) -> dict[str, NDArray[np.float32]]:
    """The weights that a bundle keeps: without the parts that only training needs."""
    passing = tuple(f"{part}." for part in model.only_in_training)
    return {name: array for name, array in weights_of(model).items() if not name.startswith(passing)}


@torch.inference_mode()
def _check_finite(model: LatentModel) -> None:
    """Raise BundleError if the picture of the origin, or the latent of a grey image, is not finite."""
    height, width, channels = model.spec.image_shape
    made = [model.decode_logits(torch.zeros(1, model.spec.latent_dim))]
    if model.encodes:
        seen = model.encode_unrefined(torch.full((1, channels, height, width), 0.5))
        made += [seen.mean, *([] if seen.log_variance is None else [seen.log_variance])]
    if not all(torch.isfinite(each).all() for each in made):
        raise BundleError("the weights cannot be used: expected finite float32 numbers, found others")


def _build_empty(spec: NetSpec) -> LatentModel:
    with torch.device("meta"):
        return build(spec)


def _shapes(model: LatentModel) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def _list(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown or "none"
