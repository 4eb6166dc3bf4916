"""Attach: attach images on this computer to the open bundle."""

from collections.abc import Iterator
from dataclasses import asdict

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class AttachImages(Numbered, frozen=True, tag=True, eq=False):
    """Attaches the images at a path if they are those that the model was trained on, or the user has accepted them.

    path: "" for the images the bundle finds by itself. agreed: the fingerprint of the images the user has accepted.
    only_missing: if the bundle has its originals, only report them.
    """

    path: str
    agreed: str = ""
    only_missing: bool = False


class Attached(Numbered, frozen=True, tag=True, eq=False):
    """The result, as in `engine.attachment.Attachment`. path: as in the request."""

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
