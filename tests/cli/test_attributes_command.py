"""The command `attributes`: figures of walks with their baselines, as one object or a table."""

from pathlib import Path


def test_walks_are_measured_beside_straight_directions(done, small_bundle: Path) -> None:
    told = done("attributes", str(small_bundle), "--images", "2", "--json").json
    assert told["images"] == 2
    assert told["attributes"]
    for by_ends in told["attributes"].values():
        assert set(by_ends) == {"of_class", "of_image"}
        assert set(by_ends["of_class"]) == {"local", "linear", "difference"}
        assert -1 <= by_ends["of_class"]["local"]["rank_correlation"] <= 1
    assert told["classifier_accuracy"] is not None or told["classifier_note"]


def test_a_model_that_is_not_there_is_named(call) -> None:
    assert "no-such-model" in call("attributes", "no-such-model").complaint
