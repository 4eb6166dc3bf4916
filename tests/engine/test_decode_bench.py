"""`bench decode`: operations counted, batches tried, shares of the machine's own rate."""

from pathlib import Path

import torch

from latent_explorer.bundles import read_config, read_weights
from latent_explorer.engine import decode_bench
from latent_explorer.nets.weights import load_model


def test_a_dense_decoder_has_two_operations_for_each_weight(small_bundle: Path) -> None:
    model = load_model(read_config(small_bundle).net, read_weights(small_bundle))
    weights = sum(each.numel() for each in model.decoder.parameters() if each.ndim == 2)
    assert decode_bench.operations_per_picture(model) == 2 * weights


def test_what_is_measured_hangs_together(small_bundle: Path, monkeypatch) -> None:
    monkeypatch.setattr(decode_bench, "BATCHES", (1, 64, 256))
    threads = torch.get_num_threads()
    found = decode_bench.measure_decode([small_bundle], seconds=0.01)["small"]
    assert found["best_batch"] in (1, 64, 256)
    rates = found["by_batch_1_thread"]
    assert found["images_per_second_1_thread"] == max(rates.values()) == rates[str(found["best_batch"])]
    operations = found["images_per_second_1_thread"] * found["mflop_per_image"] / 1000
    assert (
        abs(found["share_of_matmul_rate_1_thread"] * found["matmul_gflops_1_thread"] - operations) < 1e-6 * operations
    )
    assert torch.get_num_threads() == threads
