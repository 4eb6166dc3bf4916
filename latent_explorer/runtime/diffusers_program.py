"""Autoencoders of diffusers: an architecture in JSON, and weights as safetensors; nothing else is read."""

from collections.abc import Mapping
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from latent_explorer.bundles import ProgramRecord
from latent_explorer.errors import UserError
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runtime.extras import extra
from latent_explorer.runtime.pictures import PictureForm

CLASSES = ("AutoencoderKL", "AutoencoderTiny")
_MOST_LAYERS, _MOST_CHANNELS = 16, 8192


def load_diffusers(files: Mapping[str, bytes], spec: NetSpec, record: ProgramRecord) -> LatentModel:
    """The model of an architecture and its weights; its pictures are in [-1, 1]."""
    module = build(files.get("architecture.json", b""), files.get("weights.safetensors", b""))
    return model_of(module, spec, record)


def model_of(module: Any, spec: NetSpec, record: ProgramRecord) -> ForeignModel:
    """An autoencoder as a model; latents are means, not scaled."""
    form, shape = PictureForm.of(spec.image_shape, record, "decoder"), record.latent_shape

    def decode(z: Tensor) -> Tensor:
        return form.to_ours(module.decode(z.reshape(len(z), *shape)).sample)

    def encode(x: Tensor) -> Tensor:
        return latents_of(module, form.to_program(x)).reshape(len(x), spec.latent_dim)

    return ForeignModel(spec, decode, encode, differentiable=True, module=module)


def latents_of(module: Any, x: Tensor) -> Tensor:
    """The means (n, c, h, w) of images in the module's form."""
    found = module.encode(x)
    made: Tensor = found.latent_dist.mean if hasattr(found, "latent_dist") else found.latents
    return made


def build(architecture: bytes, weights: bytes) -> nn.Module:
    """The module, on the CPU. Raises UserError if diffusers is missing, or the files do not fit each other."""
    chosen = architecture_of(architecture)
    diffusers = extra("diffusers", "diffusers")
    try:
        tensors = {name: tensor.float() for name, tensor in load(weights).items()}
    except (SafetensorError, KeyError, ValueError) as error:
        raise UserError(f"the weights of the autoencoder cannot be read as safetensors: {error}") from error
    try:
        with torch.device("meta"):
            module: nn.Module = getattr(diffusers, str(chosen["_class_name"])).from_config(chosen)
    except Exception as error:  # whatever a library makes of values that make no sense
        raise UserError(f"diffusers cannot build this autoencoder: {type(error).__name__}: {error}") from error
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if expected != found:
        raise UserError(f"the weights do not fit the architecture: {_difference(expected, found)}")
    module.load_state_dict(tensors, assign=True)
    return module.eval()


def architecture_of(content: bytes) -> dict[str, Any]:
    """The architecture of an autoencoder, with values within bounds. Raises UserError if it is not one."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UserError(
            f"config.json: expected an autoencoder of diffusers, found what cannot be read: {error}"
        ) from error
    name = found.get("_class_name") if isinstance(found, dict) else None
    if name not in CLASSES:
        raise UserError(f"config.json: expected _class_name {' or '.join(CLASSES)}, found {str(name)[:60]!r}")
    for key, value in found.items():
        values = value if isinstance(value, list) else [value]
        numbers = [each for each in values if isinstance(each, int | float)]
        if len(values) > _MOST_LAYERS or any(abs(each) > _MOST_CHANNELS for each in numbers if "size" not in key):
            raise UserError(
                f"config.json: expected at most {_MOST_LAYERS} numbers up to {_MOST_CHANNELS:,} in {key[:40]}, found "
                f"{str(value)[:60]}"
            )
    return {key: value for key, value in found.items() if key == "_class_name" or not key.startswith("_")}


def _difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    wrong = [name for name in expected if found.get(name) != expected[name]] or sorted(found.keys() - expected.keys())
    name = wrong[0]
    return f"{name}: expected {expected.get(name, 'none')}, found {found.get(name, 'none')}; {len(wrong)} differ in all"
