"""Attach: give the open bundle its images, from wherever they are on this computer."""

from collections.abc import Iterator
from dataclasses import asdict

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class AttachImages(Numbered, frozen=True, tag=True, eq=False):
    """Take the images at a path, if they are those that the model was trained on, or a person has agreed to them.

    path: "" for what the bundle finds by itself. agreed: the fingerprint of the images that were agreed to.
    only_missing: leave it at that if the bundle has its originals, and say which images there are.
    """

    path: str
    agreed: str = ""
    only_missing: bool = False


class Attached(Numbered, frozen=True, tag=True, eq=False):
    """What came of it, as in `engine.attachment.Attachment`. path: as it was asked for."""

    path: str
    taken: bool
    count: int
    note: str
    fingerprint: str
    doubt: str
    fits: bool
    anew: bool


def _answer(request: AttachImages, service: ModelService) -> Iterator[Attached | None]:
    for attachment in service.attach(request.path, request.agreed, request.only_missing):
        yield None if attachment is None else Attached(request.number, request.path, **asdict(attachment))


ATTACH = Handler(AttachImages, Attached, _answer, needs_data=lambda _: True, newest=True)
