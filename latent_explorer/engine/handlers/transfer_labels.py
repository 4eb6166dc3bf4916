"""TransferLabels: learning from a few labels of another dataset with the encoder of the open model."""

from collections.abc import Hashable, Iterator

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.service.codec import Numbered


class TransferLabels(Numbered, frozen=True, tag=True, eq=False):
    """Asks to learn from `labels` labels, drawn `seeds` times, of the images at `source`: a name, file or folder."""

    source: str
    labels: int
    seeds: int


class LabelsTransferred(Stage, frozen=True, tag=True, eq=False, kw_only=True):
    """The results so far, as in `engine.transferring.Transferred`. share: the progress of the current part."""

    dataset: str
    tested: int
    classes: int
    accuracies: tuple[tuple[str, str, float], ...]
    missing: str
    doing: str


def _answer(request: TransferLabels, service: ModelService) -> Iterator[LabelsTransferred | None]:
    from dataclasses import asdict

    from latent_explorer.engine.transferring import transferred

    for found in transferred(service, request.source, request.labels, request.seeds):
        yield None if found is None else LabelsTransferred(request.number, **asdict(found), more=bool(found.doing))


TRANSFER_LABELS = Handler(TransferLabels, LabelsTransferred, _answer)


def want_transfer(key: Hashable, source: str, labels: int, seeds: int) -> Want:
    """The results with labels of other images, with progress."""
    return Want(key, TransferLabels, 1, lambda number: TransferLabels(number, source, labels, seeds))
