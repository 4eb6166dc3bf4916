"""How many pictures a second the engine decodes, as a share of what matrix products reach on this machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from latent_explorer.bundles import read_config, read_weights
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.desk import choose_device
from latent_explorer.engine.onednn import PackedLinear
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model

BATCHES = tuple(2**power for power in range(13))
_SIDE = 1024  # of the matrices whose product is timed


def measure_decode(folders: list[Path], seconds: float = 0.3) -> dict[str, dict[str, Any]]:
    """Per bundle, by name: pictures a second for batches of 1 to 4096, uint8, on one thread and on all.

    share_of_matmul_rate: the decoder's floating point operations a second over those of the fastest float32 product
    of two 1024 x 1024 matrices measured here on as many threads. seconds: for each batch size, after a warm-up.
    """
    matmul = {}
    for name, threads in _threads().items():
        with _on(threads):
            matmul[name] = matmul_rate(seconds)
    return {folder.name: _measure_model(folder, matmul, seconds) for folder in folders}


def _measure_model(folder: Path, matmul: dict[str, float], seconds: float) -> dict[str, Any]:
    config = read_config(folder)
    model = load_model(config.net, read_weights(folder, config))
    operations = operations_per_picture(model)
    decoder = Decoder(model, choose_device())
    rates = {}
    for name, threads in _threads().items():
        with _on(threads):
            rates[name] = _rates(decoder, config.net.latent_dim, seconds)
    one = rates["1_thread"]
    found: dict[str, Any] = {"best_batch": max(one, key=lambda batch: one[batch])}
    for name, each in rates.items():
        best = max(each.values())
        found[f"images_per_second_{name}"] = best
        found[f"share_of_matmul_rate_{name}"] = best * operations / matmul[name]
        found[f"matmul_gflops_{name}"] = matmul[name] / 1e9
    by_batch = {f"by_batch_{name}": {str(n): rate for n, rate in each.items()} for name, each in rates.items()}
    return {**found, "kernel": decoder.kernel, "mflop_per_image": operations / 1e6, **by_batch}


def operations_per_picture(model: LatentModel) -> int:
    """Floating point operations of decoding one picture, a multiplication and an addition each counted."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.decode(torch.zeros(1, model.spec.latent_dim))
    return int(counter.get_total_flops())


def matmul_rate(seconds: float) -> float:
    """Operations a second of a float32 product of two square matrices: torch's own or oneDNN's, the faster."""
    matrix, linear = torch.randn(_SIDE, _SIDE), nn.Linear(_SIDE, _SIDE)
    products: list[Callable[[], object]] = [lambda: matrix @ matrix]
    with torch.inference_mode():
        try:
            packed = PackedLinear(linear, "none")
            packed(matrix)
            products.append(lambda: packed(matrix))
        except (RuntimeError, AttributeError):
            pass  # this build of torch has no packed products
        return max(_per_second(product, seconds) for product in products) * 2 * _SIDE**3


def _rates(decoder: Decoder, dim: int, seconds: float) -> dict[int, float]:
    latents = np.random.default_rng(0).standard_normal((BATCHES[-1], dim)).astype(np.float32)
    return {batch: batch * _per_second(partial(decoder.pictures, latents[:batch]), seconds) for batch in BATCHES}


def _per_second(run: Callable[[], object], seconds: float) -> float:
    """How often something can be done in a second: by the shortest time within `seconds`, of at least three.

    The shortest, since other programs only ever add to a time, and a share must not depend on whom they met.
    """
    run()
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1 / min(times)


def _threads() -> dict[str, int]:
    return {"1_thread": 1, "all_threads": torch.get_num_threads()}


@contextmanager
def _on(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
