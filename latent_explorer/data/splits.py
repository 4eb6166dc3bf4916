"""Which images are for training, testing and validation: by the usual names, else by the hash of each name."""

import hashlib
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS, Split

_WORDS: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "devel", "eval", "evaluation"), "val"),
}
_FILLING = frozenset({"set", "data", "split", "dataset"})
_TEST_SHARE = 7  # one image in so many is a test image where nothing else says which

BY_HASH = "there is no test split: about one image in seven, by the hash of its name, is a test image"
VAL_SERVES = "there is a validation split and no test split: it serves as test"
ONLY_TRAIN = "there are no test images: about one training image in seven, by the hash of its name, is held out"


def split_named(name: str) -> tuple[Split, frozenset[str]] | None:
    """The split in a name such as `val`, `X_train`, `seg_test` or `trainingSet`, and the other words of the name.

    None if it names no split, or several.
    """
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]", re.sub("(?i)t10k", "_test_", name))
    plain = [part for word in words for part in _parts(word.lower())]
    found = {_WORDS[word] for word in plain if word in _WORDS}
    if len(found) != 1:
        return None
    return found.pop(), frozenset(plain).difference(_WORDS, _FILLING)


def _parts(word: str) -> list[str]:
    """A word joined with another, such as xtrain, testset or trainimages, split in two."""
    for split in _WORDS if word not in _WORDS else ():
        if word in (f"x{split}", f"y{split}", f"{split}x", f"{split}y") or word == f"{split}set":
            return [split, word.replace(split, "")]
    return [word]


def as_indices(splits: Iterable[Split]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Named splits as indices into SPLITS, and a note: without a test split, the validation split serves as one."""
    split = np.fromiter((SPLITS.index(each) for each in splits), np.uint8)
    val = split == SPLITS.index("val")
    if val.any() and not (split == SPLITS.index("test")).any():
        split[val] = SPLITS.index("test")
        return split, (VAL_SERVES,)
    return split, ()


def hashed_split(names: Iterable[str]) -> NDArray[np.uint8]:
    """A split, uint8 (n,), that depends on each name alone, so that adding images moves no other one.

    About one in _TEST_SHARE is a test image; if that leaves a split empty, the name with the smallest hash moves there.
    A single image is for training.
    """
    digests = (hashlib.sha256(name.encode(errors="surrogatepass")).digest() for name in names)
    hashes = np.fromiter((int.from_bytes(digest[:7]) for digest in digests), np.int64)  # no list: names may be millions
    is_test = hashes % _TEST_SHARE == 0
    if len(hashes) == 1:
        is_test[:] = False
    elif len(hashes) and is_test.all() | ~is_test.any():
        is_test[hashes.argmin()] ^= True
    return np.asarray(is_test, np.uint8)
