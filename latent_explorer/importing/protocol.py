"""The request for an import and its reports; free of torch, because the window's process reads it too."""

import shlex
from collections.abc import Callable
from pathlib import Path

from latent_explorer.safe_text import readable
from latent_explorer.service.codec import Message
from latent_explorer.service.job import BackgroundJob, JobEnded, job_conversation

RANGES: dict[str, tuple[float, float]] = {"0,1": (0, 1), "-1,1": (-1, 1), "0,255": (0, 255), "logits": (0, 1)}
"""Black and white in the pictures of a program, by name; logits need a sigmoid first."""
AUTOMATIC = "auto"


class ImportPlan(Message, frozen=True, tag=True):
    """What to make a bundle from, and where.

    model: a folder or a checkpoint that holds all; or decoder and encoder, ONNX files. latents: an .npy or .npz with
    those of the images; labels: the same, replacing those of the images. images: as `data.open_dataset` takes them;
    empty for none. value_range: one of RANGES, or AUTOMATIC. family: of a checkpoint that several families could have;
    empty for the first. name: of the bundle; empty for that of its folder. folder: of the bundle; None to look only.
    """

    model: Path | None = None
    decoder: Path | None = None
    encoder: Path | None = None
    latents: Path | None = None
    labels: Path | None = None
    images: str = ""
    value_range: str = AUTOMATIC
    family: str = ""
    name: str = ""
    folder: Path | None = None
    device: str = "auto"
    overwrite: bool = False
    download: bool = False

    @property
    def command(self) -> str:
        """The terminal command that makes the same bundle."""
        options = {
            "decoder": self.decoder,
            "encoder": self.encoder,
            "latents": self.latents,
            "labels": self.labels,
            "images": self.images,
            "value-range": "" if self.value_range == AUTOMATIC else self.value_range,
            "family": self.family,
            "name": self.name,
            "out": self.folder,
        }
        given = [f"--{name}={value}" for name, value in options.items() if value]
        model = [] if self.model is None else [str(self.model)]
        return readable(shlex.join(["latent-explorer", "import", *model, *given]))


class Recognised(Message, frozen=True, tag=True):
    """What was found. words: what it is. lines: shapes and the like. encodes, decodes: what it can do."""

    words: str
    lines: tuple[str, ...]
    encodes: bool
    decodes: bool


class Importing(Message, frozen=True, tag=True):
    """The progress. total: 0 if it is not known."""

    doing: str
    done: int = 0
    total: int = 0


class Imported(Message, frozen=True, tag=True):
    """The bundle is complete. lines: what was read and what was found, for people."""

    folder: Path
    lines: tuple[str, ...] = ()


Report = Recognised | Importing | Imported
IMPORT = job_conversation(ImportPlan, Report)


def begin_import(plan: ImportPlan, on_report: Callable[[Report | JobEnded], None]) -> BackgroundJob[ImportPlan]:
    """Import, or look only, in a separate process. on_report: called in a thread of the job."""
    return BackgroundJob("latent_explorer.importing.process", IMPORT, plan, on_report)


Begin = Callable[[ImportPlan, Callable[[Report | JobEnded], None]], BackgroundJob[ImportPlan]]
"""See `begin_import`."""
