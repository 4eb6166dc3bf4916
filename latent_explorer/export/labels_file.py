"""Labels of images as a file, written and read again: CSV, JSON or a numpy array."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.safe_text import safe_text
from latent_explorer.targets import shown, why

LABEL_SUFFIXES = (".csv", ".json", ".npy")
_COLUMNS = ("image", "class", "by_hand")
_MOST_BYTES = 2**28
_NAME, _SHOWN = 60, 60  # characters of a class, and of what is shown of a file
_MOST_IMAGES = 2**53
_BY_HAND = {"1": True, "true": True, "0": False, "false": False}
_HOW = "export labels to see how such a file looks"
_Raw = tuple[object, object, object]
"""A row as a file has it: image, class, by_hand."""


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

    Raises UserError if it cannot be read, or is not a file of labels: what was expected and found, and in which row.
    """
    suffix = _suffix(path)
    try:
        content = read_regular(path, _MOST_BYTES)
    except OSError as error:
        raise UserError(f"{shown(path)} could not be read: {why(error)}") from error
    try:
        rows = [_row(number, *each) for number, each in enumerate(_READERS[suffix](content), 1)]
        if not rows:
            raise _NoLabelsError("at least one label", "none")
    except _NoLabelsError as error:
        raise UserError(f"{shown(path)}: expected {error.expected}, found {error.found}; {_HOW}") from error
    return rows


def _suffix(path: Path) -> str:
    suffix = Path(path).suffix
    if suffix.lower() not in LABEL_SUFFIXES:
        *some, last = LABEL_SUFFIXES
        raise UserError(
            f"{shown(path)}: expected a name that ends in {', '.join(some)} or {last}, found {_told(suffix)}; "
            "choose another name"
        )
    return suffix.lower()


class _NoLabelsError(Exception):
    """Something in a file is not as labels are. expected, found: in words."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected, self.found = expected, found


def _of_csv(content: bytes) -> Iterator[_Raw]:
    rows = csv.DictReader(io.StringIO(_text(content, "utf-8-sig"), newline=""))
    try:
        columns = rows.fieldnames or ()
        if not {*_COLUMNS[:2]} <= {*columns}:
            raise _NoLabelsError("columns image and class", _listed(columns))
        for each in rows:
            yield _number(each["image"]), each["class"], each.get("by_hand", "1")
    except csv.Error as error:
        raise _NoLabelsError("a CSV table", str(error)) from error


def _number(text: str | None) -> object:
    """The number that a cell holds; else the cell."""
    try:
        return int(text or "")
    except ValueError:
        return text


def _of_json(content: bytes) -> Iterator[_Raw]:
    try:
        told = json.loads(_text(content))
    except json.JSONDecodeError as error:
        raise _NoLabelsError("JSON", f"something else in line {error.lineno}, column {error.colno}") from error
    except ValueError as error:
        raise _NoLabelsError("JSON", "a number of too many digits") from error
    except RecursionError as error:
        raise _NoLabelsError("JSON", "too many brackets within another") from error
    if not isinstance(told, dict) or "labels" not in told:
        raise _NoLabelsError("a list labels", "an object without it" if isinstance(told, dict) else _told(told))
    if not isinstance(told["labels"], list):
        raise _NoLabelsError("a list labels", f"{_told(told['labels'])} for it")
    for number, each in enumerate(told["labels"], 1):
        if not isinstance(each, dict):
            raise _NoLabelsError(f"an object with image and class in row {number}", _told(each))
        yield each.get("image"), each.get("class"), each.get("by_hand", True)


def _of_array(content: bytes) -> Iterator[_Raw]:
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, MemoryError, TypeError) as error:
        found = "objects of Python in it" if "Object arrays" in str(error) else "something else, or a part of one"
        raise _NoLabelsError("a numpy array", found) from error
    names = array.dtype.names or ()
    if not {*_COLUMNS[:2]} <= {*names}:
        raise _NoLabelsError("fields image and class", _listed(names) if names else f"{array.dtype} {array.shape}")
    if array.ndim != 1:
        raise _NoLabelsError("one row for each label", str(array.shape))
    by_hand = array["by_hand"].tolist() if "by_hand" in names else [True] * len(array)
    yield from zip(array["image"].tolist(), array["class"].tolist(), by_hand, strict=True)


def _text(content: bytes, encoding: str = "utf-8") -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"byte {content[error.start]:#04x} at place {error.start:,}"
        raise _NoLabelsError("text in UTF-8", found) from error


_READERS = {".csv": _of_csv, ".json": _of_json, ".npy": _of_array}


def _row(number: int, image: object, name: object, by_hand: object) -> LabelRow:
    if type(image) is not int or not 0 <= image < _MOST_IMAGES:
        raise _NoLabelsError(f"an image's number from 0 on in row {number:,}", _told(image, exact=True))
    name = name.strip() if isinstance(name, str) else name
    if not isinstance(name, str) or not 0 < len(name) <= _NAME:
        long = isinstance(name, str) and len(name) > _NAME
        found = f"{len(str(name)):,} characters" if long else _told(name)
        raise _NoLabelsError(f"a class of 1 to {_NAME} characters in row {number:,}", found)
    given = _BY_HAND.get(str(by_hand).strip().lower())
    if given is None:
        raise _NoLabelsError(f"by_hand as 1 or 0 in row {number:,}", _told(by_hand))
    return LabelRow(image, name, given)


def _told(value: object, *, exact: bool = False) -> str:
    """What was found, in words; exact: a number by its digits."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{safe_text(value, most=_SHOWN)}'"
    if isinstance(value, (int, float)):
        return safe_text(repr(value), most=_SHOWN) if exact or isinstance(value, bool) else "a number"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "something else"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(safe_text(str(name), most=_SHOWN) for name in list(names)[:8]) or "none"
