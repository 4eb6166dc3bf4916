"""A translator as a file: safetensors, with its kind and its bundles in the metadata."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Translator
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole

_BYTES = 1 << 28
_KEY = "latent_explorer_translator"
_WIDEST = 1 << 16


class FittedBetween(msgspec.Struct, frozen=True):
    """What a translator was fitted on, for the source and for the target.

    kind: its name among `TRANSLATORS`. names: of the bundles; seals: their identities, see `BundleConfig.seal`.
    dimensions: of their latents. anchors: the number of pairs in the fit.
    """

    kind: str
    names: tuple[str, str]
    seals: tuple[str, str]
    dimensions: tuple[int, int]
    anchors: int = 0

    def check(self, source: str, target: str) -> None:
        """Raise UserError if it was fitted between bundles other than those of two seals."""
        if (source, target) != self.seals:
            raise UserError(
                f"this translator leads from {self.names[0]} to {self.names[1]} as they were when it was fitted: "
                "expected those two, unchanged; fit it anew with `latent-explorer align --save`"
            )


@dataclass(frozen=True, eq=False)
class SavedTranslator:
    """A translator, and what it was fitted on."""

    translator: Translator
    about: FittedBetween


def save_translator(path: Path, saved: SavedTranslator, *, overwrite: bool = False) -> Path:
    """Write a translator to a file, whole or not at all. Raises UserError if that is not possible."""
    arrays = {name: np.ascontiguousarray(each, np.float64) for name, each in saved.translator.arrays.items()}
    about = {_KEY: msgspec.json.encode(saved.about).decode()}
    return write_bytes_whole(path, save(arrays, about), overwrite=overwrite)


def load_translator(path: Path) -> SavedTranslator:
    """The translator in a file. Raises UserError if it cannot be read, is not one, or contradicts its metadata."""
    try:
        content = read_regular(path, _BYTES)
        arrays, about = load(content), _about(content)
    except OSError as error:
        raise UserError(f"{path}: the translator cannot be read: {error.strerror}") from error
    except (SafetensorError, msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, "a translator (safetensors)", f"what cannot be read as one ({error})") from error
    try:
        translator = translator_kind(about.kind).restore(arrays)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    _check_dimensions(path, translator, about.dimensions)
    return SavedTranslator(translator, about)


def _about(content: bytes) -> FittedBetween:
    """The metadata in the header of a safetensors file: its length in 8 bytes, then JSON."""
    header = msgspec.json.decode(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return msgspec.json.decode(header["__metadata__"][_KEY], type=FittedBetween)


def _check_dimensions(path: Path, translator: Translator, dimensions: tuple[int, int]) -> None:
    """Raise if its dimensions are not these."""
    source, target = dimensions
    try:
        fits = 0 < source <= _WIDEST and translator.to(np.zeros((1, source), np.float32)).shape == (1, target)
    except ValueError:
        fits = False
    if not fits:
        raise _refusal(path, f"a translator from {source} to {target} dimensions", "arrays of others")


def _refusal(path: Path, expected: str, found: str) -> UserError:
    return UserError(f"{path}: expected {expected}, found {found}; fit it anew with `latent-explorer align --save`")
