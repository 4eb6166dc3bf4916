"""What a report says of the classes in samples."""

import math

import pytest

from latent_explorer.runs.report import coverage_columns, coverage_words, kl_to_uniform, least_share


def test_equal_shares_are_no_distance_away() -> None:
    assert kl_to_uniform({"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}) == pytest.approx(0)


def test_one_class_alone_is_as_far_as_it_gets() -> None:
    shares = {"a": 1.0, "b": 0.0}
    assert kl_to_uniform(shares) == pytest.approx(math.log(2))
    assert least_share(shares) == ("b", 0.0)
    assert coverage_words(shares) == "least b 0.0%, KL 0.693"


def test_columns_are_told_apart_whatever_the_names() -> None:
    assert coverage_columns(("cat", "dog")) == ("share_cat", "share_dog")
    assert coverage_columns(("cat\u200b", "cat\u200b")) == ("share_0", "share_1")
    assert "\n" not in coverage_columns(("two\nlines",))[0]
