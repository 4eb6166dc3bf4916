"""Open: load the bundle that all other requests refer to."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered, text_to_path


class Open(Numbered, frozen=True, tag=True, eq=False):
    """Asks to load the bundle in `folder`; if refused, the previous one stays open. See `EngineClient.open`.

    folder: as `path_to_text` writes it. label: the class under which a conditional model decodes.
    """

    folder: str
    label: int = 0


class Opened(Numbered, frozen=True, tag=True, eq=False):
    """The bundle is open. device: as torch names it. kernel: the name of the decode path."""

    device: str
    kernel: str


def _answer(request: Open, service: ModelService) -> Iterator[Opened]:
    decoder = service.open_bundle(text_to_path(request.folder), request.label)
    yield Opened(request.number, str(decoder.device), decoder.kernel)
    service.index_dataset()


OPEN = Handler(Open, Opened, _answer)
