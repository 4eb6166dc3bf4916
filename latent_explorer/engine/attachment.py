"""Attaching images to the open bundle: read in a thread, compared by a sample if they are not the originals."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from latent_explorer.bundles import BundleConfig
from latent_explorer.data import Dataset
from latent_explorer.engine.dataset_index import DatasetIndex
from latent_explorer.engine.image_fit import UNCHECKED, Encodes, image_fit
from latent_explorer.engine.originals import OriginalImages, read_images
from latent_explorer.errors import EngineError
from latent_explorer.safe_text import readable
from latent_explorer.service.background import in_words
from latent_explorer.service.background_task import aside

_T = TypeVar("_T")


@dataclass(frozen=True)
class Attachment:
    """The result of attaching images.

    taken: whether they were attached: they are the originals, or the user has agreed. count: of the images there are
    now. note: what they are, if not the originals. anew: whether the engine may have sent other images before.
    fingerprint: of images that the user must agree to; doubt: how well they fit, in sentences; fits: whether they do.
    """

    taken: bool
    count: int
    note: str = ""
    fingerprint: str = ""
    doubt: str = ""
    fits: bool = True
    anew: bool = True


class HasImages(Encodes, Protocol):
    """The part of `ModelService` that gets the images."""

    @property
    def index(self) -> DatasetIndex: ...

    @property
    def config(self) -> BundleConfig: ...

    @property
    def replaced(self) -> bool: ...

    @property
    def find(self) -> Callable[[BundleConfig, OriginalImages | None], OriginalImages]: ...

    def give_images(self, index: DatasetIndex, originals: OriginalImages) -> bool:
        """As `ModelService.give_images`."""


class Attacher:
    """Attaches images to the open bundle. Keeps images that were read while the user decides."""

    def __init__(self, service: HasImages) -> None:
        self._service = service
        self._read: tuple[str, DatasetIndex, Dataset] | None = None

    def forget(self) -> None:
        """Free the memory of images that were not accepted."""
        self._read = None

    def steps(self, path: str, agreed: str, only_missing: bool) -> Iterator[Attachment | None]:
        """Attach the images at a path; yields None until the result, which it yields last.

        path: "" for the images the bundle finds by itself. agreed: the fingerprint of images the user has accepted.
        only_missing: do nothing if the bundle has its originals. Raises EngineError if the images cannot be attached.
        """
        index, config = self._service.index, self._service.config
        anew = not only_missing or self._service.replaced
        if only_missing and not (path and index.originals.missing):
            self.forget()
        elif not path:
            self.forget()
            self._take(index, (yield from _awaited(partial(self._service.find, config, None))))
        else:
            found = yield from self._reading(index, config, path)
            if found.fingerprint not in (config.dataset.fingerprint, agreed):
                yield from self._doubted(index, config, found)
                return
            self.forget()
            self._take(index, attached_images(config, path, found))
            anew = True
        originals = self._service.index.originals
        yield Attachment(True, len(originals), originals.note, agreed if path and originals.note else "", anew=anew)

    def _reading(self, index: DatasetIndex, config: BundleConfig, path: str) -> Generator[None, None, Dataset]:
        if self._read is not None and self._read[:2] == (path, index):
            return self._read[2]
        self.forget()
        found = yield from _awaited(partial(read_images, config, path))
        self._read = path, index, found
        return found

    def _doubted(self, index: DatasetIndex, config: BundleConfig, found: Dataset) -> Iterator[Attachment | None]:
        doubt, fits = UNCHECKED, False
        for fit in image_fit(self._service, index.latents, found) if config.encodes else ():
            if fit is None:
                yield None
            else:
                doubt, fits = fit.sentences(), fit.fits
        originals = index.originals
        yield Attachment(False, len(originals), originals.note, found.fingerprint, doubt, fits)

    def _take(self, index: DatasetIndex, originals: OriginalImages) -> None:
        if not self._service.give_images(index, originals):
            raise EngineError("another bundle was opened meanwhile")


def attached_images(config: BundleConfig, path: str, found: Dataset) -> OriginalImages:
    """The images at a path, in the form that a bundle uses."""
    if found.fingerprint == config.dataset.fingerprint:
        return OriginalImages(found.images)
    note = f"attached from {readable(path)}, not the images that the model was trained on"
    return OriginalImages(found.images, note=note)


def _awaited(task: Callable[[], _T]) -> Generator[None, None, _T]:
    """The result of a task run in a thread. Raises EngineError for any error in it."""
    try:
        return (yield from aside(task, "attach"))
    except Exception as error:
        raise EngineError(in_words(error)) from error
