"""`bench decode`: operations counted, batches and paths tried, shares of the machine's own rate."""

from pathlib import Path

import pytest
import torch
from torch import nn

from latent_explorer.bench import decode_bench
from latent_explorer.bundles import read_config, read_weights
from latent_explorer.engine.choice import DecodePath, paths_on
from latent_explorer.nets.weights import load_model


def test_a_dense_decoder_has_two_operations_for_each_weight(small_bundle: Path) -> None:
    model = load_model(read_config(small_bundle).net, read_weights(small_bundle))
    weights = sum(each.numel() for each in model.decoder.parameters() if each.ndim == 2)
    assert decode_bench.operations_per_picture(model) == 2 * weights


def unavailable(_decoder: nn.Module) -> nn.Module:
    raise ModuleNotFoundError("no such compiler\nand much more")


def test_what_is_measured_hangs_together(small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_bench, "BATCHES", (1, 64, 256))
    threads = torch.get_num_threads()
    missing = DecodePath("missing", unavailable)
    paths = (*paths_on(torch.device("cpu")), missing)
    found = decode_bench.measure_decode([small_bundle], seconds=0.01, paths=paths)["small"]
    by_path = found["paths"]
    assert by_path.keys() == {"eager", "oneDNN", "missing"}
    assert by_path["missing"]["not_to_be_had"] == "ModuleNotFoundError: no such compiler"
    assert [name for name, each in by_path.items() if each["taken"]] == [found["kernel"]]
    assert by_path["eager"]["largest_grey_level_difference"] == 0
    assert by_path["oneDNN"]["share_of_pixels_off_by_more_than_1"] <= by_path["oneDNN"]["most_allowed"]
    for figures in (found, by_path["eager"], by_path["oneDNN"]):
        rates = figures["by_batch_1_thread"]
        assert figures["best_batch"] in (1, 64, 256)
        assert figures["images_per_second_1_thread"] == max(rates.values()) == rates[str(figures["best_batch"])]
        operations = figures["images_per_second_1_thread"] * found["mflop_per_image"] / 1000
        share = figures["share_of_matmul_rate_1_thread"]
        assert share * found["matmul_gflops_1_thread"] == pytest.approx(operations)
    assert torch.get_num_threads() == threads
