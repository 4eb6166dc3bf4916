"""Makes text from files safe to display: no hidden characters, no terminal control codes, limited length.

For display only, not for files or comparisons, because the text may be shortened.
"""

import json
import re
import unicodedata
from contextlib import suppress

WORD = 60
"""The length of the longest word shown; longer ones are cut in the middle. Words end at spaces and slashes."""

_MARKS = 4  # combining marks per letter: more would cover adjacent lines
_JOINERS = "\u200c\u200d"  # needed between two characters of Persian, Indic scripts and emoji
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_PICTURES = {**{code: chr(0x2400 + code) for code in range(0x20)}, 0x7F: "␡"}
_NOT_ASCII = re.compile("[^\x20-\x7e]")


def safe_text(text: str, word: int = WORD, most: int = 2000, keep: str = "") -> str:
    """Put text on one line, with control characters, direction marks and other invisible characters made visible.

    word, most: the maximum length of a word and of the whole text; longer ones are cut in the middle.
    keep: control characters to keep, such as line breaks.
    """
    if len(text) > 4 * most:  # no need to check what is cut anyway
        text = text[: 2 * most] + text[-2 * most :]
    shown, ends = text, r"\s/\\"
    if _NOT_ASCII.search(text):
        shown = _HIDDEN.sub(lambda found: found[0] if found[0] in keep else _named(found), _thinned(text))
        ends = ends if shown == text else r"\s/"  # no word ends within an escaped character
    shown = re.sub(rf"[^{ends}]{{{word + 1},}}", lambda found: _cut(found[0], word), shown)
    return _cut(shown, most)


def readable(text: str) -> str:
    """Make a path or another system text writable anywhere: bytes that are not UTF-8 become \\xNN."""
    for handler in ("strict", "surrogateescape"):
        with suppress(UnicodeEncodeError):
            return text.encode(errors=handler).decode(errors="backslashreplace")
    return text.encode(errors="backslashreplace").decode()


def safe_json(text: str) -> str:
    """Escape the invisible characters of a JSON text without changing its meaning."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else json.dumps(found[0])[1:-1], text)


def _named(found: re.Match[str]) -> str:
    """The symbol or the code of an invisible character."""
    character, code = found[0], ord(found[0])
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    if character in _JOINERS and before > "\u02ff" and after > "\u02ff":
        return character
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return _PICTURES.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _thinned(text: str) -> str:
    """Remove all but the first combining marks of each letter."""
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
