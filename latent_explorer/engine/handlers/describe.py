"""Describe: what the data say about a place."""

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.fields import returned_by
from latent_explorer.service.codec import Numbered


class Describe(Numbered, frozen=True, tag=True, eq=False):
    """Asks what the data say about latent z (d,)."""

    z: np.ndarray


class Place(Numbered, frozen=True, tag=True, eq=False):
    """What the data say about a place.

    indices int64 (k,), distances float64 (k,): the nearest images, nearest first. shares: float64 (classes,).
    word, reason, score, reach, radius, usual_radius, astray: as in analysis.Verdict.
    originals: uint8 (k, h, w, c), or empty with the reason in `missing`. reconstructions: uint8 (k, h, w, c).
    note: what the images are, if not the originals; lacking: why the originals are missing in that case.
    """

    indices: np.ndarray
    distances: np.ndarray
    shares: np.ndarray
    word: str
    reason: str
    score: float
    reach: float
    radius: float
    usual_radius: tuple[float, float]
    astray: float | None
    originals: np.ndarray
    reconstructions: np.ndarray
    missing: str = ""
    note: str = ""
    lacking: str = ""


def _answer(request: Describe, service: ModelService) -> Iterator[Place | None]:
    decoder, index = service.decoder, service.index
    decoder.check(request.z[None])
    yield from service.calibrate()
    found = index.neighbourhood.around(request.z)
    images = index.originals
    verdict = service.trust.verdict(request.z, found.reach, returned_by(service.field_input(with_data=True)))
    yield Place(
        request.number,
        indices=found.indices,
        distances=found.distances,
        shares=found.shares,
        **asdict(verdict),
        originals=index.images_near(found.indices),
        reconstructions=decoder.reconstructions(index.latents, found.indices),
        missing=images.missing if images.images is None else "",
        note=images.note,
        lacking=images.missing if images.note else "",
    )


DESCRIBE = Handler(Describe, Place, _answer, needs_data=lambda _: True, newest=True)
