"""Text that comes from files, made safe to show: nothing hidden, nothing that steers a terminal, nothing endless.

For a person to read, not for a file or a comparison: what is shown may be shortened.
"""

import json
import re
import unicodedata
from contextlib import suppress

WORD = 60
"""Letters of the longest word shown; what has more is cut in the middle. Words end at spaces and slashes."""

_MARKS = 4  # that may stand on one letter: more would cover the lines around
_JOINERS = "\u200c\u200d"  # as Persian, Indic scripts and emoji need them between two of theirs
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_PICTURES = {**{code: chr(0x2400 + code) for code in range(0x20)}, 0x7F: "␡"}
_NOT_ASCII = re.compile("[^\x20-\x7e]")


def safe_text(text: str, word: int = WORD, most: int = 2000, keep: str = "") -> str:
    """The text on one line: control characters, marks that turn the direction, and what else cannot be seen, as such.

    word, most: characters that a word, and all of it, may have; what is longer is cut in the middle.
    keep: control characters that stay, such as the ends of lines of a page.
    """
    if len(text) > 4 * most:  # what is cut anyway need not be looked through
        text = text[: 2 * most] + text[-2 * most :]
    shown, ends = text, r"\s/\\"
    if _NOT_ASCII.search(text):
        shown = _HIDDEN.sub(lambda found: found[0] if found[0] in keep else _named(found), _thinned(text))
        ends = ends if shown == text else r"\s/"  # no word ends within the number of a character
    shown = re.sub(rf"[^{ends}]{{{word + 1},}}", lambda found: _cut(found[0], word), shown)
    return _cut(shown, most)


def readable(text: str) -> str:
    """A path or another text of the system's, as it can be written anywhere: bytes that are no UTF-8 become \\xNN."""
    for handler in ("strict", "surrogateescape"):
        with suppress(UnicodeEncodeError):
            return text.encode(errors=handler).decode(errors="backslashreplace")
    return text.encode(errors="backslashreplace").decode()


def safe_json(text: str) -> str:
    """A JSON text of the same meaning, in which what cannot be seen is written by its number."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else json.dumps(found[0])[1:-1], text)


def _named(found: re.Match[str]) -> str:
    """A character that cannot be seen, as a picture or by its number."""
    character, code = found[0], ord(found[0])
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    if character in _JOINERS and before > "\u02ff" and after > "\u02ff":
        return character
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return _PICTURES.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _thinned(text: str) -> str:
    """The text without all but the first marks that stand on one letter."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = most // 2
    return f"{text[:head]}…{text[len(text) - (most - head - 1) :]}"
