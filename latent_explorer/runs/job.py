"""What is to be trained, and where it goes."""

from dataclasses import dataclass, field
from pathlib import Path

from latent_explorer.bundles import TILES_BYTES
from latent_explorer.bundles.packing import Precision
from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.recipe import Recipe


@dataclass(frozen=True)
class Job:
    """What is to be trained and where the bundle goes.

    source: as `data.open_dataset` takes it. hidden: None for the trunk's usual widths. folder: of the bundle.
    settings: the family's, by name; one that is left out has its usual value.
    command: what reproduces it, for the card. half: whether the weights are kept as float16. latents: the precision of
    the latents. variances: whether log-variances are kept, where there are any. tiles: bytes of pictures to bring along
    at most. remark: what else the card is to say.
    resume: whether to go on from the state of an earlier, stopped run.
    """

    source: str
    folder: Path
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    hidden: tuple[int, ...] | None = None
    settings: dict[str, float] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    command: str = ""
    half: bool = False
    latents: Precision = "float32"
    variances: bool = True
    tiles: int = TILES_BYTES
    remark: str = ""
    overwrite: bool = False
    resume: bool = False

    @property
    def run(self) -> RunFolder:
        """Where state, log and snapshots of the run are kept."""
        return RunFolder.of_bundle(self.folder)
