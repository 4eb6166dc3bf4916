"""The programs that a bundle can contain instead of one of our networks: one entry here and one file each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from latent_explorer.bundles import ProgramRecord
from latent_explorer.bundles.config import CALLER
from latent_explorer.errors import BundleError
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runtime.diffusers_program import load_diffusers
from latent_explorer.runtime.latents_program import load_latents
from latent_explorer.runtime.onnx_program import load_onnx

Files = Mapping[str, bytes]
"""The files of a program, by name."""


@dataclass(frozen=True)
class ProgramFormat:
    """How to run one kind of program.

    name: in a bundle's configuration. title: what it is. files: those that it may have, of `bundles.files`.
    load: makes the model from its files, on the CPU; raises UserError if they do not fit, or what runs them is missing.
    """

    name: str
    title: str
    files: tuple[str, ...]
    load: Callable[[Files, NetSpec, ProgramRecord], LatentModel]


PROGRAMS: dict[str, ProgramFormat] = {}


def register(program: ProgramFormat) -> None:
    """Add a format."""
    PROGRAMS[program.name] = program


def load_program(files: Files, spec: NetSpec, record: ProgramRecord) -> LatentModel:
    """The model of a program's files, ready to be evaluated.

    Raises BundleError if there is no such format, or the files do not belong to it, and UserError like its `load`.
    """
    known = PROGRAMS.get(record.format)
    if record.format == CALLER:
        raise BundleError(
            "this model is in the Python process that called latent_explorer.explore, and is shown by the first map of "
            "its own window alone"
        )
    if known is None:
        raise BundleError(
            f"no program of the format {record.format!r} can be run: expected one of {', '.join(sorted(PROGRAMS))}"
        )
    if strange := sorted(files.keys() - set(known.files)):
        raise BundleError(f"{known.title} has the files {', '.join(known.files) or 'none'}, found {', '.join(strange)}")
    return known.load(files, spec, record).eval()


register(ProgramFormat("onnx", "An ONNX model", ("decoder.onnx", "encoder.onnx"), load_onnx))
register(
    ProgramFormat(
        "diffusers", "An autoencoder of diffusers", ("architecture.json", "weights.safetensors"), load_diffusers
    )
)
register(ProgramFormat("latents", "A bundle of latents alone", (), load_latents))
