"""The messages between window and aligner, the process that fits translators between the bundles of two maps."""

from pathlib import Path
from typing import Literal

import numpy as np

from latent_explorer.charts import FitReport
from latent_explorer.service.codec import Codec, Conversation, Message, Numbered, Refused
from latent_explorer.service.job import job_conversation

Growth = Literal["", "bootstrapped", "blind"]
"""How the pairs for a translator are found: the anchors alone, the anchors grown by mutual nearest neighbours, or no
anchors at all."""


class OpenPair(Numbered, frozen=True, tag=True, eq=False):
    """Read the bundles in two folders (as `path_to_text` writes them): all later requests are about them."""

    source: str
    target: str


class PairOpened(Numbered, frozen=True, tag=True, eq=False):
    """The bundles have been read.

    common: whether image i of one is image i of the other. counterparts: int64 (n,), for each of the source's images
    the same image of the target, -1 if there is none; two snapshots may have only some images in common.
    note: what is missing, in words.
    """

    common: bool
    counterparts: np.ndarray
    note: str = ""


class FitBoth(Numbered, frozen=True, tag=True, eq=False):
    """Fit translators in both directions; a newer request replaces it.

    Answered by Fitting if that takes long, BothFitted, Placed and, at the end, ErrorsMeasured; or by Refused. The first
    Placed may come before BothFitted, so that a map is redrawn while an anchor is dragged.

    source, target: int64 (k,), the anchors, as images of the two bundles. kind: of translator. growth: see `Growth`.
    charts: of the source's and the target's map, as text of their specs; places: whether to place translated images on
    the source's and on the target's map.
    """

    source: np.ndarray
    target: np.ndarray
    kind: str
    growth: Growth = ""
    charts: tuple[str, str] = ("", "")
    places: tuple[bool, bool] = (False, True)


class Fitting(Numbered, frozen=True, tag=True, eq=False):
    """The progress of a long fit. share: of the work done."""

    share: float
    words: str


class BothFitted(Numbered, frozen=True, tag=True, eq=False):
    """Translators from the source to the target (`forth`) and from the target to the source (`back`), as arrays.

    leave_one_out: float64 (2, k), see `Fitted`, forth and back. grown: int64 (m, 2), the pairs found besides the
    anchors. note: on the fit, for a person, e.g. that a blind one has failed; may be empty.
    """

    kind: str
    forth: dict[str, np.ndarray]
    back: dict[str, np.ndarray]
    leave_one_out: np.ndarray
    grown: np.ndarray
    seconds: float
    note: str = ""


class ErrorsMeasured(Numbered, frozen=True, tag=True, eq=False):
    """The errors of a fit's translators at images that are not anchors.

    forth: float32 (n,), for each of the source's images, the distance of its translated latent from that of its
    counterpart, in units of the target's spread: the root mean square distance of its latents from their mean. back:
    the same for the target's images, in the source's space. nan at anchors, and without a counterpart.
    """

    forth: np.ndarray
    back: np.ndarray


class Placed(Numbered, frozen=True, tag=True, eq=False):
    """The places of translated images on a map: of the target (`forth`) or of the source.

    images: int64 (m,), their numbers, of the source's (`forth`) or of the target's; uv: float32 (m, 2). They come in
    several messages, first some thousand spread over all, each image once. last: whether all have been placed.
    """

    forth: bool
    images: np.ndarray
    uv: np.ndarray
    last: bool


class MeasureClosure(Numbered, frozen=True, tag=True, eq=False):
    """Measure the closure of a kind of translator against the number of anchors, from the source to the target.

    source, target: int64 (k,), the present anchors, whose closure is measured first; may be empty.
    """

    kind: str
    source: np.ndarray
    target: np.ndarray


class ClosureMeasured(Numbered, frozen=True, tag=True, eq=False):
    """One point of the curve: the closure with this number of random anchors by class, or with `own`, the given ones.

    last: whether the curve is complete. note: what it was measured against, if not the images; the same in each.
    """

    anchors: int
    closure: float
    own: bool
    last: bool
    note: str = ""


class Cancel(Numbered, frozen=True, tag=True, eq=False):
    """The request with this number is no longer wanted; not answered."""


Request = OpenPair | FitBoth | MeasureClosure | Cancel
Reply = PairOpened | Fitting | BothFitted | Placed | ErrorsMeasured | ClosureMeasured | Refused

ALIGNING: Conversation[Request, Reply] = Conversation(Codec(Request), Codec(Reply))


class Relate(Message, frozen=True, tag=True, eq=False):
    """A job's request: show the bundles in two folders in coordinates relative to common anchors.

    anchors, others: int64 (k,), images of the source and of the target. measure: one of `charts.relative.MEASURES`. The
    results are kept as the fits of two charts, see `charts.relative.relative_spec`.
    """

    source: Path
    target: Path
    anchors: np.ndarray
    others: np.ndarray
    measure: str


RELATING = job_conversation(Relate, FitReport)
