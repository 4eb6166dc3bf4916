"""Latents alone, without a model."""

from latent_explorer.bundles import ProgramRecord
from latent_explorer.importing.arrays import GivenLatents
from latent_explorer.importing.source import Data, Made, Source, foreign_spec
from latent_explorer.nets.foreign import ForeignModel


class LatentsSource(Source):
    """Latents that came without their model."""

    words = "latents alone, without a decoder"
    encodes = decodes = False

    def __init__(self, latents: GivenLatents) -> None:
        shape = " x ".join(map(str, latents.values.shape[1:]))
        labels = f", of {len(latents.class_names)} classes" if latents.labels is not None else ""
        self.lines = (f"{len(latents):,} latents of {shape} dimensions{labels}",)

    def made(self, data: Data, value_range: str) -> Made:
        """Nothing that runs."""
        assert data.latents is not None
        shape = data.latents.values.shape[1:]
        spec = foreign_spec((1, 1, 1) if data.dataset is None else data.dataset.image_shape, shape)
        record = ProgramRecord(format="latents", latent_shape=shape, encodes=False, decodes=False)
        return Made(ForeignModel(spec, None), record, program={})
