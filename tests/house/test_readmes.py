"""Each room says on a page what it is for; CONTRIBUTING has what concerns all of them, and no more."""

import pytest

LONGEST_README = 80  # lines
LARGEST_GUIDE = 8_192  # bytes


def rooms(root):
    return {path.parent.name: path.parent / "README.md" for path in (root / "latent_explorer").glob("*/__init__.py")}


def too_long(text):
    """Whether a README takes more than a page, or its first line does not say which room it is of."""
    return len(text.splitlines()) > LONGEST_README or not text.startswith("# ")


def test_every_room_has_a_readme(root):
    assert not [name for name, readme in rooms(root).items() if not readme.exists()]


def test_no_readme_takes_more_than_a_page(root):
    readmes = (root / "latent_explorer").rglob("README.md")
    assert not [readme for readme in readmes if too_long(readme.read_text(encoding="utf-8"))]


def test_contributing_stays_short(root):
    assert (root / "CONTRIBUTING.md").stat().st_size <= LARGEST_GUIDE


@pytest.mark.parametrize("text", ["# room\n" * 81, "What it is for"])
def test_a_readme_that_breaks_the_rule_is_found(text):
    assert too_long(text)
    assert not too_long("# room: what it is for\n")
