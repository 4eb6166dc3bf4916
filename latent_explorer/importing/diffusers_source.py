"""Autoencoders of diffusers: a folder with `config.json` and safetensors, alone or as `vae/` of a pipeline."""

from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors.torch import load, save

from latent_explorer.bundles import ProgramRecord
from latent_explorer.bundles.files import CONFIG_BYTES
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.importing.kinds import MOST_BYTES, name_of
from latent_explorer.importing.refusing import refusal
from latent_explorer.importing.source import Data, Made, Source, check_finite, flat_latents, foreign_spec
from latent_explorer.nets.model import LatentModel
from latent_explorer.runtime.diffusers_program import architecture_of, build, latents_of, model_of
from latent_explorer.targets import shown, why

_WEIGHTS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors", "model.safetensors")
_PICKLES = ("diffusion_pytorch_model.bin", "pytorch_model.bin")


class DiffusersSource(Source):
    """An autoencoder in a folder. Raises UserError if its files do not fit each other, or diffusers is missing."""

    encodes = decodes = True

    def __init__(self, folder: Path) -> None:
        architecture = architecture_of(_read(folder / "config.json", CONFIG_BYTES))
        name = next((each for each in _WEIGHTS if (folder / each).is_file()), None)
        if name is None:
            if any((folder / each).is_file() for each in _PICKLES):
                raise refusal(next(each for each in _PICKLES if (folder / each).is_file()), "pickle")
            raise UserError(f"{name_of(folder)}: expected weights as {_WEIGHTS[0]}, found none")
        weights = _as_float(_read(folder / name, MOST_BYTES))
        self.program = {"architecture.json": msgspec.json.encode(architecture), "weights.safetensors": weights}
        self.module: Any = build(self.program["architecture.json"], weights)
        self.words = f"the {architecture['_class_name']} of diffusers"
        count = sum(tensor.numel() for tensor in self.module.state_dict().values())
        channels = architecture.get("latent_channels", 4)
        self.lines = (f"{count:,} weights; {channels} latent channels; {architecture.get('in_channels', 3)} of colour",)
        self.channels = int(architecture.get("in_channels", 3))

    def made(self, data: Data, value_range: str) -> Made:
        """Encodes some images to find the shape of their latents; values are in [-1, 1], as in diffusers."""
        shape = data.shape_of_images(None, self.words)
        if shape[2] not in (1, self.channels):
            raise UserError(f"--images: {self.words} takes {self.channels} channels, found images of {shape[2]}")
        options: dict[str, str | float] = {} if shape[2] == self.channels else {"channels": self.channels}
        latent_shape = self._latent_shape(shape)
        record = ProgramRecord(
            format="diffusers", latent_shape=latent_shape, value_range=(-1, 1), encodes=True, options=options
        )
        spec = foreign_spec(shape, latent_shape)
        model = model_of(self.module, spec, record)
        _try(model, data, latent_shape)
        return Made(model, record, program=self.program, words=("Its latents are means, and not scaled.",))

    @torch.inference_mode()
    def _latent_shape(self, shape: tuple[int, int, int]) -> tuple[int, ...]:
        height, width, _ = shape
        try:
            return tuple(latents_of(self.module, torch.zeros(1, self.channels, height, width)).shape[1:])
        except RuntimeError as error:
            raise UserError(f"{self.words} cannot encode images of {height}x{width}: {error}") from error


@torch.inference_mode()
def _try(model: LatentModel, data: Data, shape: tuple[int, ...]) -> None:
    """Encode and decode two images; raise UserError if the result has another shape."""
    assert data.images is not None
    images = data.images[:2]
    z = model.encode(images).mean
    if data.latents is not None:
        z = torch.from_numpy(flat_latents(data.latents, shape)[:2])
    check_finite(z, "the encoder")
    made = model.decode(z)
    if made.shape[1:] != images.shape[1:]:
        found, expected = ("x".join(map(str, each.shape[2:])) for each in (made, images))
        raise UserError(
            f"--images: the autoencoder makes pictures of {found} of images of {expected}: choose other sizes"
        )


def _read(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most)
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {why(error)}") from error


def _as_float(content: bytes) -> bytes:
    """The same weights as float32 if they have another precision; float16 stays, at half the size."""
    try:
        tensors = load(content)
    except Exception as error:  # whatever a damaged file leads to
        raise UserError(f"its weights cannot be read as safetensors: {error}") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise UserError("its weights hold numbers that are not finite (NaN or infinite)")
    if {tensor.dtype for tensor in tensors.values()} <= {torch.float16, torch.float32}:
        return content
    return save({name: tensor.float() for name, tensor in tensors.items()})


def is_diffusers_folder(folder: Path) -> bool:
    """Whether a folder has the files that describe an autoencoder of diffusers."""
    try:
        content = read_regular(folder / "config.json", CONFIG_BYTES)
    except (OSError, UserError):
        return False
    return b'"_class_name"' in content
