"""Text from files and people as it stands in a sentence: on one line, printable, and never too long."""


def printable(text: str) -> str:
    """The text with line breaks as spaces, and escapes for whatever else does not print or turns the direction."""
    return "".join(each if each.isprintable() else " " if each in "\t\r\n" else _escape(each) for each in text)


def cut(text: str, most: int) -> str:
    """The text, printable, of at most so many characters; a longer one is cut in the middle."""
    text = printable(text)
    return text if len(text) <= most else f"{text[: most - most // 2 - 1]}…{text[-(most // 2) :]}"


def cut_words(text: str, word: int = 48, most: int = 400) -> str:
    """A text that can be broken into lines: none of its words, nor the whole, is longer than so many characters."""
    return cut(" ".join(cut(each, word) for each in text.split()), most)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
