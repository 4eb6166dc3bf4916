"""No program at all: latents that came without their model."""

from collections.abc import Mapping

from latent_explorer.bundles import ProgramRecord
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec


def load_latents(files: Mapping[str, bytes], spec: NetSpec, record: ProgramRecord) -> LatentModel:
    """A model that neither decodes nor encodes."""
    return ForeignModel(spec, None)
