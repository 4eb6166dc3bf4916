"""The `config.json` of a bundle."""

import msgspec

from latent_explorer.nets.families import NO_DECODER, Family, find_family
from latent_explorer.nets.spec import NetSpec


class DatasetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The dataset that a bundle was trained on. source: what `data.open_dataset` takes to open it again."""

    name: str
    source: str
    fingerprint: str
    count: int
    class_names: tuple[str, ...]


class TrainingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a bundle was trained. precision: of matrix products, as chosen; "" if it was not recorded."""

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    device: str
    minutes: float
    command: str
    precision: str = ""


CALLER = "caller"
"""The format of a program that is the Python process which opened the window: `latent_explorer.explore`."""


class ProgramRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a model that is not one of our networks.

    format: the format in `runtime` that reads its files. latent_shape: of one latent as the model takes it, (d,) or (c,
    h, w).
    value_range: black and white in its pictures. encodes, decodes: what it can do.
    options: of the format, by name.
    """

    format: str
    latent_shape: tuple[int, ...]
    value_range: tuple[float, float] = (0.0, 1.0)
    encodes: bool = False
    decodes: bool = True
    options: dict[str, str | float] = {}


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a snapshot was taken in its run, with the losses and class shares reported then; see `runs.Report`."""

    epoch: int
    step: int
    losses: dict[str, float]
    test_losses: dict[str, float] | None = None
    coverage: dict[str, float] | None = None


class BundleConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the other files of a bundle are checked against.

    metrics: figures by name, from `evaluate`. versions: library versions by name.
    files: SHA-256 by file name, of every file of the bundle, including this one (see `seal`).
    moment: of a snapshot, which has neither card nor preview; None for a complete bundle.
    turn: the orthogonal matrix, row by row, that aligns its plane with those of the run it comes from; see
    `charts.TurnedChart`. None for no turn.

    prior_samples: how many draws from the prior stand in for latents if the family has no encoder; they have neither
    errors nor images, and the labels that a classifier gives to their pictures, or none. 0 if each image has its
    latent.
    inverts: whether such a network has an encoder trained afterwards on its own pictures, whose result is then improved
    by optimising the latent (`nets.refine`).
    placed: how many images of the dataset have a latent after the draws, found by inversion.
    program: what runs a model of the family FOREIGN; None for one of our networks.
    """

    format: int
    name: str
    net: NetSpec
    dataset: DatasetRecord
    training: TrainingRecord
    metrics: dict[str, float | None]
    versions: dict[str, str]
    files: dict[str, str]
    moment: Moment | None = None
    turn: tuple[float, float, float, float] | None = None
    prior_samples: int = 0
    inverts: bool = False
    placed: int = 0
    program: ProgramRecord | None = None

    @property
    def family(self) -> Family:
        """The family of its network. Raises UserError if it is not installed."""
        return find_family(self.net.family)

    @property
    def encodes(self) -> bool:
        """Whether the model encodes images."""
        return self.inverts or self.family.encodes if self.program is None else self.program.encodes

    @property
    def decodes(self) -> bool:
        """Whether the model decodes latents."""
        return self.program is None or self.program.decodes

    @property
    def cleans(self) -> bool:
        """Whether the model was trained to restore corrupted images."""
        return self.program is None and self.family.cleans(self.net.settings)

    @property
    def seal(self) -> str:
        """The identity of the bundle: the hashes of its files."""
        return " ".join(f"{name} {digest}" for name, digest in sorted(self.files.items()))

    @property
    def undecoded(self) -> str:
        """Why the model cannot decode, in words; empty if it can."""
        return "" if self.decodes else NO_DECODER

    def mismatch(self, image_shape: tuple[int, ...], count: int) -> str:
        """What is wrong with a dataset of this many images of a shape (h, w, c), in words; empty if it can be the
        bundle's."""
        expected, found = (self.dataset.count, *self.net.image_shape), (count, *image_shape)
        if found == expected:
            return ""
        numbers, shapes = (expected[0], found[0]), ("x".join(map(str, each[1:])) for each in (expected, found))
        texts = [f"{number:,} images of {shape}" for number, shape in zip(numbers, shapes, strict=True)]
        return f"expected {texts[0]}, found {texts[1]}"

    @property
    def passing(self) -> bool:
        """Whether the bundle is removed when the process that made it ends: nothing about it is kept for later."""
        return self.program is not None and self.program.format == CALLER

    @property
    def latents(self) -> int:
        """The maximum number of latents: one for each image, or draws from the prior and the placed images."""
        return self.prior_samples + self.placed or self.dataset.count

    @property
    def imageless(self) -> str:
        """Why no latent belongs to an image, in words; empty if some do."""
        drawn = self.prior_samples and not self.placed
        return "this model has no encoder: its latents are draws from the prior" if drawn else ""
