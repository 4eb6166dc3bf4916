"""Labels given by hand: put, taken away, named, undone, kept for the bundle."""

import pytest

from latent_explorer.errors import UserError
from latent_explorer.session import SessionStore, State
from latent_explorer.session.labels import MOST_CLASSES, Labels

TWO = Labels(("cat", "dog"), ((4, 0), (9, 1)))


def test_an_image_has_the_label_that_it_was_given_last():
    found = TWO.put([9, 7], 0)
    assert found.of == ((4, 0), (9, 0), (7, 0))
    assert found.count(0) == 3
    assert found.count(1) == 0
    assert found.without({9, 4}).of == ((7, 0),)


def test_classes_are_added_and_renamed():
    assert TWO.with_class(" bird ").names == ("cat", "dog", "bird")
    assert TWO.renamed(0, "lion").names == ("lion", "dog")
    assert TWO.renamed(0, "cat") == TWO
    for name, words in (("cat", "already"), (" ", "needs a name"), ("x" * 61, "1 to 60")):
        with pytest.raises(UserError, match=words):
            TWO.with_class(name)
    with pytest.raises(UserError, match="at most 100"):
        Labels(tuple(map(str, range(MOST_CLASSES)))).with_class("more")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (Labels(("a", "a")), "names of their own"),
        (Labels(("a",), ((1, 0), (1, 0))), "two labels"),
        (Labels(("a",), ((1, 1),)), "numbers of images"),
        (Labels(("a",), ((-1, 0),)), "numbers of images"),
        (Labels(("a",), ((10, 0),)), "expected images 0 to 9, found 10"),
    ],
)
def test_what_contradicts_itself_is_said(labels, words):
    with pytest.raises(UserError, match=words):
        labels.check(10)


def test_they_are_kept_for_the_bundle(tmp_path):
    store = SessionStore(tmp_path)
    store.keep("seal", State(labels=TWO))
    assert store.read("seal", 2).labels == TWO
    file = next(tmp_path.iterdir())
    file.write_text(file.read_text().replace("[9,1]", "[9,7]"))
    assert store.read("seal", 2) == State()
