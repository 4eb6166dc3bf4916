"""The benchmark of paths says of small bundles what it says of the included ones."""

from pathlib import Path

import pytest

from latent_explorer.bench.paths_bench import measure_paths
from latent_explorer.training import classifier_net


def test_it_measures_geodesics_in_two_and_more_dimensions_and_paths_within_a_class(
    small_bundle: Path, wide_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier_net, "_FEWEST", 10)  # steps of its teaching
    found = measure_paths(small_bundle, wide_bundle, small_bundle, pairs=2)
    for name in ("2d", "16d"):
        assert 0 < found[f"length_ratio_{name}"] <= 1
        assert found[f"max_to_mean_{name}"] < 1.05
        assert found[f"geodesic_{name}"].unit == "ms"
        assert found[f"length_ratio_descent_{name}"] > 0
        assert 0 < found[f"reach_density_{name}"] < 1.5
        for share in ("shorter", "off_data", "off_data_straight", "outside", "outside_straight"):
            assert 0 <= found[f"{share}_{name}"] <= 1
    assert found["class_pairs_16d"] == 3
    for share in ("same_class", "same_class_straight", "same_class_ends", "classifier_accuracy"):
        assert 0 <= found[f"{share}_16d"] <= 1
