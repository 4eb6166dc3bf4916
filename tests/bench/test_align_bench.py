"""`bench align`: anchors are dragged and both maps hovered in a real window; the plain way stands beside it."""

import numpy as np

from latent_explorer.bench import align_bench
from latent_explorer.bench.align_baseline import main
from latent_explorer.bench.align_bench import measure_align


def test_a_real_window_is_measured_with_two_maps(make_bundle, monkeypatch) -> None:
    folders = [make_bundle(name, latent_dim=3, count=150) for name in ("one", "other")]
    for name, value in (("_ANCHORS", 30), ("_MOVES", 8), ("_PLAIN_MOVES", 2), ("_HOVERS", 20), ("_WARM_UP", 1)):
        monkeypatch.setattr(align_bench, name, value)
    found = measure_align(*map(str, folders))
    for name in ("moved_to_redrawn", "dragged_to_redrawn"):
        figures = found[name].as_json()
        assert figures["n"] >= 8
        assert 0 < figures["median"] <= figures["p99"]
        assert figures["plain_median"] > 0
    hover = found["linked_hover"].as_json()
    assert hover["n"] >= 20
    assert hover["one_map_p99"] > 0
    assert found["blind"]["seconds"] > 0
    assert 0 <= found["blind"]["right"] <= 1
    assert 0 <= found["blind"]["plain_right"] <= 1


def test_the_plain_way_is_timed(make_bundle) -> None:
    folder = make_bundle("plain", latent_dim=3, count=300)
    found = main(folder, folder, 20, 3)
    assert len(found["moved"]) == 3
    assert min(found["moved"]) > 0
    assert np.isfinite(found["blind_right"])
