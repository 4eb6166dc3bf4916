"""The probes, by name."""

from latent_explorer.analysis.few_labels.logistic import LOGISTIC
from latent_explorer.analysis.few_labels.nearest import NEAREST
from latent_explorer.analysis.few_labels.probe import LabelProbe
from latent_explorer.analysis.few_labels.propagation import PROPAGATION
from latent_explorer.errors import UserError

PROBES: dict[str, LabelProbe] = {probe.name: probe for probe in (PROPAGATION, LOGISTIC, NEAREST)}


def probe_called(name: str) -> LabelProbe:
    """The probe with a name. Raises UserError with the known names if there is none."""
    if name not in PROBES:
        raise UserError(f"no probe called {name!r}: expected one of {', '.join(PROBES)}")
    return PROBES[name]
