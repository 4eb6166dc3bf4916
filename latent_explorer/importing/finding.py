"""The source of a plan: the only place that decides between the kinds."""

from pathlib import Path

from latent_explorer.errors import UserError
from latent_explorer.importing.arrays import GivenLatents, read_latents_of
from latent_explorer.importing.diffusers_source import DiffusersSource, is_diffusers_folder
from latent_explorer.importing.kinds import files_in, name_of, read_file
from latent_explorer.importing.latents_source import LatentsSource
from latent_explorer.importing.network_source import NetworkSource
from latent_explorer.importing.onnx_source import OnnxSource, is_onnx_folder, onnx_folder
from latent_explorer.importing.protocol import ImportPlan
from latent_explorer.importing.refusing import unknown
from latent_explorer.importing.source import Source
from latent_explorer.safe_text import safe_text
from latent_explorer.targets import shown


def find_source(plan: ImportPlan, latents: GivenLatents | None) -> Source:
    """The model of a plan. latents: as in its file. Raises UserError if there is no readable one."""
    if plan.decoder is not None or plan.encoder is not None:
        if plan.model is not None:
            raise UserError("pass a model, or --decoder and --encoder: found both")
        return OnnxSource(plan.decoder, plan.encoder)
    if plan.model is not None:
        return _at(plan.model, plan.family)
    if latents is not None:
        return LatentsSource(latents)
    raise UserError("nothing to import: pass a model, --decoder D.onnx, or --latents FILE for latents alone")


def given_latents(plan: ImportPlan) -> GivenLatents | None:
    """The latents of a plan, also if they are its model; None if there are none. Raises UserError."""
    if plan.latents is not None:
        return read_latents_of(plan.latents)
    if plan.model is not None and is_arrays(plan.model):
        return read_latents_of(plan.model)
    return None


def is_arrays(path: Path) -> bool:
    """Whether a model is only arrays, `.npy` or `.npz`. Raises UserError like reading it."""
    return path.is_file() and _head(path) in (b"\x93N", b"PK") and read_file(path, _MOST).kind in ("npy", "npz")


_MOST = 1 << 31


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(2)
    except OSError:
        return b""


def _at(path: Path, family: str) -> Source:
    if not path.is_dir():
        found = read_file(path)
        if found.kind == "onnx":
            return OnnxSource(path, None)
        if found.kind in ("npy", "npz"):
            return LatentsSource(read_latents_of(path))
        return NetworkSource(found, family)
    for folder in (path, path / "vae"):
        if is_onnx_folder(folder):
            return onnx_folder(folder)
        if is_diffusers_folder(folder):
            return DiffusersSource(folder)
    if (path / "config.json").is_file() and (path / "latents.safetensors").is_file():
        raise UserError(f"{shown(path)} is a bundle already: open it")
    decoder, encoder = (each if each.is_file() else None for each in (path / "decoder.onnx", path / "encoder.onnx"))
    if decoder is not None or encoder is not None:
        return OnnxSource(decoder, encoder)
    raise unknown(name_of(path), f"a folder with {', '.join(safe_text(name, most=30) for name in files_in(path)[:6])}")
