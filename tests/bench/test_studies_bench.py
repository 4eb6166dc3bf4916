"""The bench of studies on a small bundle, and the script beside it."""

from pathlib import Path

from latent_explorer.bench import labels_baseline, studies_bench


def test_each_thing_has_its_times(qapp, small_bundle: Path) -> None:
    found = studies_bench.measure_studies(str(small_bundle), moves=5, labels=9)
    for name in ("neighbours", "judged", "walked"):
        assert found[f"hover_while_{name}"].n > 0
        assert found[f"hover_while_{name}"].others["at_rest_median"] > 0
    assert found["label_to_lesson"].n > 0
    assert found["label_to_lesson"].others["logistic_median"] > 0
    assert 0 < found["first_suggestion"].median <= found["first_suggestion"].others["neighbours_median"]


def test_the_script_learns_anew_with_each_label(small_bundle: Path) -> None:
    times = labels_baseline.main(small_bundle, 9)
    assert len(times) == 6
    assert all(each > 0 for each in times)
