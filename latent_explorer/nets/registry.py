"""Networks built from their specs."""

from importlib import import_module

from latent_explorer.errors import UserError
from latent_explorer.nets.families import TRUNK_NAMES, Family, find_family, register
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import TRUNKS

__all__ = ["build", "check", "network_of", "register", "usual_widths"]


def build(spec: NetSpec) -> LatentModel:
    """A new network, with weights drawn from torch's global generator.

    Raises UserError with the known names if the family or the trunk is unknown, and if a setting is not the family's.
    """
    network = network_of(find_family(spec.family))
    _require_trunk(spec.trunk)
    return network(spec, TRUNKS[spec.trunk])


def network_of(family: Family) -> type[LatentModel]:
    """The class named in a family's entry. Raises UserError if it cannot be imported or is not a LatentModel."""
    module, _, name = family.network.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UserError(f"the network of the family {family.name!r} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, LatentModel)):
        raise UserError(f"{family.network}: expected a LatentModel for the family {family.name!r}, found {found!r}")
    return found


check = network_of  # `latent-explorer plugins` calls this for each family


def usual_widths(trunk: str) -> tuple[int, ...]:
    """The default widths of a trunk. Raises UserError with the known trunks if it is unknown."""
    _require_trunk(trunk)
    return TRUNK_NAMES[trunk].usual


def _require_trunk(name: str) -> None:
    if name not in TRUNK_NAMES:
        raise UserError(f"no trunk called {name!r}: expected one of {', '.join(sorted(TRUNK_NAMES))}")
