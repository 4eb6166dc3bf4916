"""Names whose bytes are text in an unknown charset: the most likely reading, and the charset."""

from collections.abc import Callable, Iterator, Sequence

UNMARKED = "cp437"
"""The charset of names in a zip by its standard, if they are not marked as UTF-8."""

# The syllables that make up most of a Korean text, by which it differs from a Chinese one: both fill the same bytes.
_KOREAN = frozenset(
    "이다의가에는을를은로하고지기도사인리자한어나일대시라아해스서그부전장제보정수주여안원동상과구조중오국만신우공소성거선유화비회게세무방미트마으내면문경위진모래"
    "드치요르연개발들용생강명바양말산행노호재분계금단학물민남영실작당식터관음간습추배출초종료설달점최통입심모두결현적차길집새별꽃눈손얼굴빨파노랑검흰개고양강아지토끼곰말소돼지닭오리바포복숭딸참배"
)
_OFTEN = frozenset("оеаинтсрвлкмдпу")  # of Russian letters


def _chinese(letter: str) -> float:
    lead, trail = [*letter.encode("gbk"), 0][:2]
    if trail < 0xA1 or not 0xB0 <= lead <= 0xF7:
        return 0.05
    return 1.0 if lead <= 0xD7 else 0.3  # the first level of GB 2312: nearly all that is written


def _japanese(letter: str) -> float:
    if "぀" <= letter <= "ヿ":
        return 1.0
    code = letter.encode("cp932")
    return 0.05 if len(code) == 1 else 1.0 if 0x889F <= int.from_bytes(code) <= 0x9872 else 0.3


def _taiwanese(letter: str) -> float:
    return 0.95 if 0xA4 <= letter.encode("big5")[0] <= 0xC6 else 0.2


def _korean(letter: str) -> float:
    return 1.2 if letter in _KOREAN else 0.5 if "가" <= letter <= "힣" else 0.05


def _cyrillic(letter: str) -> float:
    if not ("А" <= letter <= "я" or letter in "Ёё"):
        return 0.0
    return (1.0 if letter.lower() in _OFTEN else 0.75) - (0.1 if letter.isupper() else 0.0)


def _latin(letter: str) -> float:
    return 0.9 if letter.isalpha() and "À" <= letter <= "ſ" else 0.0


_CHARSETS: dict[str, Callable[[str], float]] = {
    "gbk": _chinese, "cp932": _japanese, "big5": _taiwanese, "cp949": _korean,
    "cp1251": _cyrillic, "cp866": _cyrillic, "koi8-r": _cyrillic, UNMARKED: _latin, "cp1252": _latin,
}  # fmt: skip
_CALLED = {
    "utf-8": "UTF-8", "gbk": "GBK (Chinese)", "cp932": "Shift-JIS (Japanese)", "big5": "Big5 (Chinese)",
    "cp949": "CP949 (Korean)", "cp1251": "Windows-1251 (Cyrillic)", "cp866": "CP866 (Cyrillic)",
    "koi8-r": "KOI8-R (Cyrillic)", UNMARKED: "CP437 (Western)", "cp1252": "Windows-1252 (Western)",
}  # fmt: skip
_LEAST = 0.45  # of the mean likelihood of a letter


def guessed(names: Sequence[bytes]) -> tuple[list[str], str]:
    """Names of one folder or zip as text, and notes; bytes that are not text stay as \\xNN."""
    joined = b"/".join(names)
    charset = "utf-8" if _decodes(joined, "utf-8") else max(_CHARSETS, key=lambda each: _likelihood(joined, each))
    if charset == "utf-8" or _likelihood(joined, charset) >= _LEAST:
        called = f"names that are not in UTF-8 were read as {_CALLED[charset]} (a guess)"
        return [name.decode(charset) for name in names], "" if charset == "utf-8" else called
    plain = [name.decode("utf-8", "backslashreplace") for name in names]
    return plain, "some names are in an unknown charset: their bytes are shown as \\xNN"


def is_text(name: str) -> bool:
    """Whether a file name from the system is UTF-8."""
    return not _is_raw(name)


def _is_raw(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def _decodes(names: bytes, charset: str) -> bool:
    try:
        names.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(names: bytes, charset: str) -> float:
    """How likely it is that names are in a charset: the mean over all non-ASCII letters."""
    try:
        text = names.decode(charset)
    except UnicodeDecodeError:
        return 0.0
    weigh = _CHARSETS[charset]
    weights = [_beside(before, each, after, weigh(each)) for before, each, after in _threes(text) if each > "\x7f"]
    return sum(weights) / len(weights) if weights else 0.0


def _threes(text: str) -> Iterator[tuple[str, str, str]]:
    return zip(f"/{text}", text, f"{text[1:]}/", strict=False)


def _beside(before: str, letter: str, after: str, weight: float) -> float:
    """The weight of a letter next to its neighbours: words do not continue in capitals, or mix Cyrillic and Latin."""
    if letter.isupper() and before.islower():
        return 0.1
    mixes = any(each.isascii() and each.isalpha() for each in (before, after))
    if "Ѐ" <= letter <= "ӿ":
        return 0.2 * weight if mixes else weight
    return weight if mixes or letter > "ſ" else 0.8 * weight
