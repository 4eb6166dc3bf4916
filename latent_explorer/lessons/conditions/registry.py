"""The conditions there are, by the names that files use."""

from latent_explorer.lessons.conditions.beside import BESIDE
from latent_explorer.lessons.conditions.charted import CHARTED
from latent_explorer.lessons.conditions.coloured import COLOURED
from latent_explorer.lessons.conditions.condition import ConditionSpec
from latent_explorer.lessons.conditions.decoded_as import DECODED_AS
from latent_explorer.lessons.conditions.exported import EXPORTED
from latent_explorer.lessons.conditions.hiding import HIDING
from latent_explorer.lessons.conditions.hovered import HOVERED
from latent_explorer.lessons.conditions.judged import JUDGED
from latent_explorer.lessons.conditions.layered import LAYERED
from latent_explorer.lessons.conditions.lens import LENS
from latent_explorer.lessons.conditions.linked import LINKED
from latent_explorer.lessons.conditions.opened import OPENED
from latent_explorer.lessons.conditions.panelled import PANELLED
from latent_explorer.lessons.conditions.pathed import PATHED
from latent_explorer.lessons.conditions.pinned import PINNED
from latent_explorer.lessons.conditions.played import PLAYED
from latent_explorer.lessons.conditions.selected import SELECTED
from latent_explorer.lessons.conditions.trained import TRAINED
from latent_explorer.lessons.conditions.zoomed import ZOOMED

_ALL = (
    OPENED, HOVERED, PATHED, PLAYED, PINNED, LAYERED, CHARTED, COLOURED, HIDING, SELECTED, ZOOMED, PANELLED, LENS,
    BESIDE, JUDGED, LINKED, TRAINED, DECODED_AS, EXPORTED,
)  # fmt: skip
CONDITIONS: dict[str, ConditionSpec] = {spec.name: spec for spec in _ALL}
