"""How the engine evaluates each field of atlas.FIELDS."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import FIELDS
from latent_explorer.engine.dataset_index import DatasetIndex
from latent_explorer.engine.decoder import Decoder
from latent_explorer.errors import EngineError

Values = NDArray[np.float32]

_OF_DATA: dict[str, Callable[[DatasetIndex, Values], NDArray[np.floating]]] = {
    "veil": lambda index, z: index.neighbourhood.remoteness(z),
    "density": lambda index, z: index.neighbourhood.log_density(z),
    "classes": lambda index, z: index.neighbourhood.vote(z),
    "error": lambda index, z: index.neighbourhood.interpolated(index.errors, z),
}
_OF_MODEL: dict[str, Callable[[Decoder, Values], NDArray[np.floating]]] = {
    "stretch": Decoder.stretch,
    "consistency": Decoder.inconsistency,
}


def needs_index(field: str) -> bool:
    """Whether a field speaks of the data."""
    return field in _OF_DATA


def evaluate(field: str, decoder: Decoder, index: DatasetIndex | None, z: Values) -> Values:
    """The values float32 (n, channels) of a field at latents (n, d).

    Raises EngineError where no field has that name, or where the data lack what it speaks of.
    """
    if field not in FIELDS:
        raise EngineError(f"no field called {field!r}: expected one of {', '.join(FIELDS)}")
    if field in _OF_MODEL:
        return _OF_MODEL[field](decoder, z).reshape(len(z), -1).astype(np.float32)
    assert index is not None  # see needs_index
    if field == "classes" and not index.neighbourhood.labelled:
        raise EngineError("these data have no labels, and so no class regions")
    return _OF_DATA[field](index, z).reshape(len(z), -1).astype(np.float32)
