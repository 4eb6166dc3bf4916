"""Compression: rounded latents, live, and the rate curve compared with PCA, JPEG and WebP."""

from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.session import OpenBundle


def _make(uses: StudyUses) -> Study:
    from latent_explorer.gui.studies.compression.compressing import Compressing

    return Compressing(uses)


def _lacks(bundle: OpenBundle) -> str:
    config = bundle.config
    if not config.encodes:
        return "this model has no encoder, so its images have no latents that could be compressed"
    return config.imageless or config.undecoded


COMPRESSION = StudySpec(
    "compression",
    "Compression",
    "How few bytes hold an image: round its latent to fewer bits, and compare with PCA, JPEG and WebP.",
    _make,
    lacks=_lacks,
)
