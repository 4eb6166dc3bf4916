"""Compress: the size of the open model's images as rounded latents, compared with PCA, JPEG and WebP."""

from collections.abc import Callable, Generator, Hashable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.errors import UserError
from latent_explorer.service.background_task import aside
from latent_explorer.service.codec import Numbered

if TYPE_CHECKING:
    from latent_explorer.analysis.compression import RateCurve


class ToldCurve(msgspec.Struct, frozen=True):
    """One way to compress, as in `analysis.compression.RateCurve`: of each point its setting, bytes and PSNRs."""

    name: str
    label: str
    counted: str
    settings: tuple[str, ...]
    bytes: tuple[float, ...]
    psnr: tuple[float, ...]
    mean_psnr: tuple[float, ...]


class MeasureCompression(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the size and quality of compressed images."""


class CompressionMeasured(Stage, frozen=True, tag=True, eq=False):
    """The curves so far. doing: what is being measured now; empty at the end. images: the number of images measured.

    said: sentences on where other methods win, at the end. lacking: what could not be measured, in sentences. note:
    what the images are, if not the originals.
    """

    curves: tuple[ToldCurve, ...]
    doing: str = ""
    images: int = 0
    said: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    note: str = ""


def _answer(request: MeasureCompression, service: ModelService) -> Iterator[CompressionMeasured | None]:
    from latent_explorer.analysis.compression import expected_size, of_latents, prepared, sentences, tasks
    from latent_explorer.engine.compressing import SINGLE_FILES, decoded, material_of, refuse_where_lacking

    refuse_where_lacking(service)
    material, training = yield from aside(partial(material_of, service), "compression")
    note, count = service.index.originals.note, len(material.images)
    curves: list[RateCurve] = []
    lacking: list[str] = []

    def told(doing: str, share: float, said: tuple[str, ...] = ()) -> CompressionMeasured:
        known = tuple(map(_told, curves)), doing, count, said, tuple(lacking), note
        return CompressionMeasured(request.number, *known, share=share, more=bool(doing))

    yield told("latents", 0.0)
    sets = yield from aside(partial(prepared, material, expected_size), "compression")
    own = of_latents(material.images, sets, lambda z: decoded(service, z, material.labels))
    curves.append((yield from own))
    work = tasks(material.images, training, service.config.net.latent_dim, SINGLE_FILES)
    for place, (words, task) in enumerate(work.items(), 1):
        yield told(words, place / (len(work) + 1))
        curves += yield from _measured(words, task, lacking)
    yield told("", 1.0, tuple(sentences(curves[0], curves[1:])))


def _measured(
    words: str, task: "Callable[[], list[RateCurve]]", lacking: list[str]
) -> "Generator[None, None, list[RateCurve]]":
    """The curves of a task, computed in a thread; methods that do not support the images are added to `lacking`."""
    try:
        return (yield from aside(task, "compression"))
    except UserError as error:
        lacking.append(f"{words}: {error}.")
        return []


def _told(curve: "RateCurve") -> ToldCurve:
    points = curve.points
    columns = (tuple(getattr(each, name) for each in points) for name in ("setting", "bytes", "psnr", "mean_psnr"))
    return ToldCurve(curve.name, curve.label, curve.counted, *columns)


COMPRESS = Handler(MeasureCompression, CompressionMeasured, _answer, needs_data=lambda _: True)


def want_compression(key: Hashable) -> Want:
    """The curves of the open model; several answers follow as curves are measured, see `protocol.Stage`."""
    return Want(key, MeasureCompression, 1, MeasureCompression)


class RoundImage(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the image nearest to latent z (d,) with its latent rounded to a number of bits per dimension."""

    z: np.ndarray
    bits: int


class ImageRounded(Numbered, frozen=True, tag=True, eq=False):
    """Image `index` and its pictures uint8 (h, w, c).

    original: the image; empty if there is none. picture: of its rounded latent. whole: of its exact latent.
    bytes: its size as part of a large set. psnr, psnr_whole: of the two pictures against the image, in dB; without an
    image, against `whole`.
    """

    index: int
    bits: int
    original: np.ndarray
    picture: np.ndarray
    whole: np.ndarray
    bytes: float
    psnr: float
    psnr_whole: float


def _round(request: RoundImage, service: ModelService) -> Iterator[ImageRounded | None]:
    from latent_explorer.analysis.compression import psnr, squared_errors
    from latent_explorer.engine.compressing import decoded, refuse_where_lacking, rounding_of

    refuse_where_lacking(service)
    service.decoder.check(request.z[None])
    rounding = yield from rounding_of(service, request.bits)
    index = service.index
    nearest = index.neighbourhood.around(request.z).indices[:1]
    yield None
    z, labels = index.latents.mean[nearest[0]], None
    if service.config.net.classes and index.latents.label is not None:
        labels = index.latents.label[nearest].astype(np.int32).repeat(2)
    pair = np.stack([rounding.rounded(z), z])
    pictures = np.concatenate([some for _, some in decoded(service, pair, labels)])
    originals = index.images_near(nearest)
    against = originals if len(originals) else pictures[1:]
    errors = squared_errors(pictures, against.repeat(2, axis=0))
    yield ImageRounded(
        request.number, int(nearest[0]), request.bits,
        originals[0] if len(originals) else np.zeros((0, 0, 0), np.uint8), pictures[0], pictures[1],
        rounding.bytes_of(z), *(psnr(float(each)) for each in errors),
    )  # fmt: skip


ROUND_IMAGE = Handler(RoundImage, ImageRounded, _round, needs_data=lambda _: True, newest=True)
