"""How the engine evaluates each field of atlas.FIELDS, and which images are the nearest."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import FIELDS
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.protocol import NEAR, NEAREST
from latent_explorer.engine.survey import Survey
from latent_explorer.errors import EngineError

Values = NDArray[np.float32]
_EXACT = 2**24  # integers below are float32 numbers


def _numbers(indices: NDArray[np.int64]) -> Values:
    if indices.max(initial=0) >= _EXACT:
        raise EngineError(f"the nearest images are told only of the first {_EXACT:,} images")
    return indices.astype(np.float32)


_OF_DATA: dict[str, Callable[[Survey, Values], NDArray[np.floating]]] = {
    "veil": lambda survey, z: survey.neighbourhood.remoteness(z),
    "density": lambda survey, z: survey.neighbourhood.log_density(z),
    "classes": lambda survey, z: survey.neighbourhood.vote(z),
    "error": lambda survey, z: survey.neighbourhood.interpolated(survey.errors, z),
    NEAREST: lambda survey, z: _numbers(survey.neighbourhood.nearest_images(z, NEAR)),
}
_OF_MODEL: dict[str, Callable[[Decoder, Values], NDArray[np.floating]]] = {
    "stretch": Decoder.stretch,
    "consistency": Decoder.inconsistency,
}


def needs_survey(field: str) -> bool:
    """Whether a field speaks of the data."""
    return field in _OF_DATA


def evaluate(field: str, decoder: Decoder, survey: Survey | None, z: Values) -> Values:
    """The values float32 (n, channels) of a field at latents (n, d).

    Raises EngineError where no field has that name, or where the data lack what it speaks of.
    """
    if field not in FIELDS and field != NEAREST:
        raise EngineError(f"no field called {field!r}: expected one of {', '.join(FIELDS)}")
    if field in _OF_MODEL:
        return _OF_MODEL[field](decoder, z).reshape(len(z), -1).astype(np.float32)
    assert survey is not None  # see Desk.can_serve
    if field == "classes" and not survey.neighbourhood.labelled:
        raise EngineError("these data have no labels, and so no class regions")
    return _OF_DATA[field](survey, z).reshape(len(z), -1).astype(np.float32)
