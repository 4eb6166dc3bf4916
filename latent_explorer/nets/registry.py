"""Families and trunks by name."""

from collections.abc import Mapping
from typing import TypeVar

from latent_explorer.errors import UserError
from latent_explorer.nets.families import Autoencoder, VariationalAutoencoder
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.names import TRUNK_NAMES
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import TRUNKS

_T = TypeVar("_T")

FAMILIES: dict[str, type[LatentModel]] = {"ae": Autoencoder, "vae": VariationalAutoencoder}


def build(spec: NetSpec) -> LatentModel:
    """A fresh network, its weights drawn from torch's global generator.

    Raises UserError that lists the known names when the family or the trunk is not among them.
    """
    family = _find(FAMILIES, spec.family, "family of networks")
    trunk = _find(TRUNKS, spec.trunk, "trunk")
    return family(spec, trunk.encoder(spec, family.encoder_outputs(spec.latent_dim)), trunk.decoder(spec))


def usual_widths(trunk: str) -> tuple[int, ...]:
    """The widths of a trunk when none are asked for. Raises UserError that lists the trunks when it is unknown."""
    return _find(TRUNK_NAMES, trunk, "trunk").usual


def _find(known: Mapping[str, _T], name: str, kind: str) -> _T:
    if name not in known:
        raise UserError(f"no {kind} called {name!r}: expected one of {', '.join(sorted(known))}")
    return known[name]
