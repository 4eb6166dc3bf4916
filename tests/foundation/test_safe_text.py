"""Text from files is shown as it is: nothing hidden, nothing that steers a terminal, nothing endless."""

import json
import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.safe_text import safe_json, safe_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cat", "cat"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("two\nlines\r\t", "two␊lines␍␉"),
        ("\x00\x7f\x9b31m", "␀␡\\u009b31m"),
        ("abc\u202etxt.exe", "abc\\u202etxt.exe"),
        ("\u2066a\u2069\u200f", "\\u2066a\\u2069\\u200f"),
        ("a\u200bb\ufeff\u00ad", "a\\u200bb\\ufeff\\u00ad"),
        ("tag\U000e0041", "tag\\U000e0041"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("<b>bold</b> & more", "<b>bold</b> & more"),
        ("قطة", "قطة"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("a\u200db", "a\\u200db"),
        ("a" + "\u0301" * 100, "a" + "\u0301" * 4),
    ],
)
def test_what_cannot_be_seen_is_shown_as_such(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_long_words_and_long_texts_are_cut_in_the_middle() -> None:
    shown = safe_text("weight " + "n" * 5000 + "end")
    assert shown.startswith("weight nnn")
    assert shown.endswith("nend")
    assert "…" in shown
    assert len(shown) == len("weight ") + 60
    assert safe_text("/a/b" * 100) == "/a/b" * 100
    assert len(safe_text("word " * 10**6)) == 2000
    assert safe_text("end of a line\n", keep="\n") == "end of a line\n"


@given(st.text(st.characters(categories=None), max_size=300))
def test_whatever_the_text_nothing_of_it_is_hidden(text: str) -> None:
    shown = safe_text(text)
    assert all(len(word) <= 60 for word in shown.split())
    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert safe_text(shown) == shown
    shown.encode()


@given(st.text(st.characters(categories=None), max_size=50))
def test_json_keeps_its_meaning_and_hides_nothing(text: str) -> None:
    written = safe_json(json.dumps({text: text}, ensure_ascii=False, indent=2))
    assert json.loads(written) == {text: text}
    written.encode()
    assert not [each for each in written.replace("\n", "") if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")]
