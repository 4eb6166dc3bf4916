"""Labels of images as a file, written and read again: CSV, JSON or a numpy array."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.targets import shown, why

LABEL_SUFFIXES = (".csv", ".json", ".npy")
_COLUMNS = ("image", "class", "by_hand")
_MOST_BYTES = 2**28
_NAME = 60


@dataclass(frozen=True)
class LabelRow:
    """An image by its place in the dataset, the name of its class, and whether a person gave it or it was learned."""

    image: int
    name: str
    by_hand: bool


def write_labels(path: Path, rows: Sequence[LabelRow], *, overwrite: bool = False) -> Path:
    """Write labels, whole or not at all, in the format of the file's suffix. Raises UserError."""
    suffix = _suffix(path)
    if suffix == ".csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows((row.image, row.name, int(row.by_hand)) for row in rows)
        content = text.getvalue().encode()
    elif suffix == ".json":
        told = [{"image": row.image, "class": row.name, "by_hand": row.by_hand} for row in rows]
        content = (json.dumps({"labels": told}, ensure_ascii=False, indent=1) + "\n").encode()
    else:
        kind = np.dtype([("image", "<i8"), ("class", f"<U{_NAME}"), ("by_hand", "?")])
        stream = io.BytesIO()
        array = np.array([(row.image, row.name, row.by_hand) for row in rows], kind)
        np.save(stream, array, allow_pickle=False)
        content = stream.getvalue()
    return write_bytes_whole(path, content, overwrite=overwrite)


def read_labels(path: Path) -> list[LabelRow]:
    """The labels in a file; if it does not say which were given by a person, all were.

    Raises UserError if it cannot be read, or is not a file of labels.
    """
    suffix = _suffix(path)
    try:
        content = read_regular(path, _MOST_BYTES)
    except OSError as error:
        raise UserError(f"{shown(path)} could not be read: {why(error)}") from error
    try:
        found = {".csv": _of_csv, ".json": _of_json, ".npy": _of_array}[suffix](content)
    except (ValueError, KeyError, TypeError, IndexError, csv.Error, RecursionError, EOFError) as error:
        raise UserError(
            f"{shown(path)} holds no labels: expected image, class and, where there are learned ones, by_hand, for each"
        ) from error
    if not found:
        raise UserError(f"{shown(path)} holds no labels: it is empty")
    if any(not 0 <= row.image < 2**53 or not 0 < len(row.name) <= _NAME for row in found):
        raise UserError(f"{shown(path)}: expected image numbers from 0 on, and classes of 1 to {_NAME} characters")
    return found


def _suffix(path: Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in LABEL_SUFFIXES:
        raise UserError(f"{shown(path)}: expected a name that ends in {', '.join(LABEL_SUFFIXES)}")
    return suffix


def _of_csv(content: bytes) -> list[LabelRow]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [_row(int(each["image"]), each["class"], each.get("by_hand", "1") in ("1", "true", "True")) for each in rows]


def _of_json(content: bytes) -> list[LabelRow]:
    return [_row(each["image"], each["class"], each.get("by_hand", True)) for each in json.loads(content)["labels"]]


def _of_array(content: bytes) -> list[LabelRow]:
    array = np.load(io.BytesIO(content), allow_pickle=False)
    names = array.dtype.names or ()
    by_hand = array["by_hand"].tolist() if "by_hand" in names else [True] * len(array)
    columns = array["image"].tolist(), array["class"].tolist(), by_hand
    return [_row(*each) for each in zip(*columns, strict=True)]


def _row(image: object, name: object, by_hand: object) -> LabelRow:
    if type(image) is not int or not isinstance(name, str):
        raise ValueError("expected a number and a name")
    return LabelRow(image, name.strip(), bool(by_hand))
