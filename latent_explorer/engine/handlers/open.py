"""Open: load a bundle, of which all other requests are."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered, text_to_path


class Open(Numbered, frozen=True, tag=True, eq=False):
    """Load the bundle in `folder`; where it is refused, the one before is still open. See `EngineClient.open`.

    folder: as `path_to_text` writes it. label: the class under which a conditional model decodes.
    """

    folder: str
    label: int = 0


class Opened(Numbered, frozen=True, tag=True, eq=False):
    """The bundle is open. device: as torch names it. kernel: how pictures are decoded, in words."""

    device: str
    kernel: str


def _answer(request: Open, service: ModelService) -> Iterator[Opened]:
    decoder = service.open_bundle(text_to_path(request.folder), request.label)
    yield Opened(request.number, str(decoder.device), decoder.kernel)
    service.index_dataset()


OPEN = Handler(Open, Opened, _answer)
