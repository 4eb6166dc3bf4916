"""The available kinds of translator."""

from latent_explorer.alignment.kernel import KERNEL
from latent_explorer.alignment.linear import AFFINE, ORTHOGONAL, RIDGE
from latent_explorer.alignment.local import LOCAL
from latent_explorer.alignment.mlp import MLP
from latent_explorer.alignment.nearest import NEAREST
from latent_explorer.alignment.relative import RELATIVE, RELATIVE_DISTANCES
from latent_explorer.alignment.translator import TranslatorKind
from latent_explorer.errors import UserError

_KINDS = (ORTHOGONAL, AFFINE, RIDGE, KERNEL, LOCAL, NEAREST, MLP, RELATIVE, RELATIVE_DISTANCES)
TRANSLATORS: dict[str, TranslatorKind] = {kind.name: kind for kind in _KINDS}


def translator_kind(name: str) -> TranslatorKind:
    """The kind of a name. Raises UserError if there is none."""
    if name not in TRANSLATORS:
        raise UserError(f"unknown translator {name!r}: expected one of {', '.join(TRANSLATORS)}")
    return TRANSLATORS[name]
