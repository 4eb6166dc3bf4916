"""The kinds of translator there are."""

from latent_explorer.alignment.linear import AFFINE, ORTHOGONAL, RIDGE
from latent_explorer.alignment.nearest import NEAREST
from latent_explorer.alignment.translator import TranslatorKind
from latent_explorer.errors import UserError

TRANSLATORS: dict[str, TranslatorKind] = {kind.name: kind for kind in (ORTHOGONAL, AFFINE, RIDGE, NEAREST)}


def translator_kind(name: str) -> TranslatorKind:
    """The kind of a name. Raises UserError where there is none."""
    if name not in TRANSLATORS:
        raise UserError(f"unknown translator {name!r}: expected one of {', '.join(TRANSLATORS)}")
    return TRANSLATORS[name]
