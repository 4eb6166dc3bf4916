"""The pictures per second of each decode path, relative to the rate of matrix products on this machine."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from latent_explorer.bundles import read_config
from latent_explorer.engine.choice import MOST_OFF, DecodePath, Difference, paths_on
from latent_explorer.engine.decoder import Decoder, choose_device
from latent_explorer.engine.onednn import PackedLinear
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.runtime.loading import load_bundle_model

BATCHES = tuple(2**power for power in range(13))
_SIDE = 1024  # of the matrices whose product is timed
_COMPARED = 1024  # pictures whose grey levels are compared with those of eager torch
Decode = Callable[[NDArray[np.float32]], NDArray[np.uint8]]
Rates = dict[str, dict[int, float]]


def measure_decode(
    folders: list[Path], seconds: float = 0.1, paths: tuple[DecodePath, ...] | None = None
) -> dict[str, dict[str, Any]]:
    """Per bundle, by name: pictures (uint8) per second for batches of 1 to 4096, on one thread and on all.

    First as the engine decodes, with its path and batch and the reason; then, under `paths`, with each path, with the
    largest difference in grey levels from eager float32 and the share of pixels that differ by more than one.
    share_of_matmul_rate: the decoder's floating point operations per second divided by those of the fastest float32
    product of two 1024 x 1024 matrices measured on as many threads. seconds: for each batch size, after a warm-up.
    paths: by default those that the engine tries.
    """
    return {folder.name: _measure_model(folder, seconds, paths) for folder in folders}


def _measure_model(folder: Path, seconds: float, paths: tuple[DecodePath, ...] | None) -> dict[str, Any]:
    config = read_config(folder)
    model = load_bundle_model(folder, config)
    with threads(1):
        decoder = Decoder(model, choose_device())
    operations = operations_per_picture(model)
    z = np.random.default_rng(0).standard_normal((BATCHES[-1], config.net.latent_dim)).astype(np.float32)
    matmul = dict.fromkeys(_threads(), 0.0)
    rates = partial(_rates, z=z, matmul=matmul, seconds=seconds)
    ours = rates(decoder.pictures)
    tried = paths or paths_on(decoder.device)
    measured = {path.name: _measure_path(path, decoder, model, rates) for path in tried}
    return {
        **_figures(ours, operations, matmul),
        "kernel": decoder.kernel,
        "kernel_for_one": decoder.choice.single.path.name,
        "first_batch": decoder.choice.batch,
        "why": decoder.choice.why,
        "mflop_per_image": operations / 1e6,
        **{f"matmul_gflops_{name}": rate / 1e9 for name, rate in matmul.items()},
        "paths": {
            name: each if rates is None else {**_figures(rates, operations, matmul), **each}
            for name, (rates, each) in measured.items()
        },
    }


def _measure_path(
    path: DecodePath, decoder: Decoder, model: LatentModel, rates: Callable[[Decode], Rates]
) -> tuple[Rates | None, dict[str, Any]]:
    """The rates of a path and its difference from eager torch, or None and the reason why it is not available."""
    compared = np.random.default_rng(1).standard_normal((_COMPARED, model.spec.latent_dim)).astype(np.float32)
    taken = {"taken": path.name == decoder.kernel}
    try:
        decode = partial(decoder.by, path.through(model))
        difference = Difference.between(decode(compared), decoder.by(model, compared))
        return rates(decode), taken | {
            "largest_grey_level_difference": difference.largest,
            "share_of_pixels_off_by_more_than_1": difference.share_off,
            "most_allowed": MOST_OFF,
        }
    except Exception as error:  # a kernel that this CPU does not support
        return None, taken | {"not_to_be_had": f"{type(error).__name__}: {error}".partition("\n")[0]}


def _rates(decode: Decode, z: NDArray[np.float32], matmul: dict[str, float], seconds: float) -> Rates:
    """Pictures per second by number of threads and batch.

    The matrix products are timed again each time, and the fastest counts, so that a share does not combine rates from a
    busy and a quiet minute.
    """
    rates: Rates = {}
    for name, count in _threads().items():
        with threads(count):
            matmul[name] = max(matmul[name], matmul_rate(seconds))
            rates[name] = {n: n * _per_second(partial(decode, z[:n]), seconds) for n in BATCHES}
    return rates


def _figures(rates: Rates, operations: int, matmul: dict[str, float]) -> dict[str, Any]:
    """The best rates, their shares, and all rates."""
    one = rates["1_thread"]
    found: dict[str, Any] = {"best_batch": max(one, key=lambda batch: one[batch])}
    for name, each in rates.items():
        best = max(each.values())
        found[f"images_per_second_{name}"] = best
        found[f"share_of_matmul_rate_{name}"] = best * operations / matmul[name]
    by_batch = {f"by_batch_{name}": {str(n): rate for n, rate in each.items()} for name, each in rates.items()}
    return {**found, **by_batch}


def operations_per_picture(model: LatentModel) -> int:
    """The floating point operations for decoding one picture; a multiply-add counts as two."""
    device = next(model.parameters()).device
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.decode(torch.zeros(1, model.spec.latent_dim, device=device))
    return int(counter.get_total_flops())


def matmul_rate(seconds: float) -> float:
    """The operations per second of a float32 product of two square matrices, by torch or oneDNN, the faster one."""
    matrix, linear = torch.randn(_SIDE, _SIDE), nn.Linear(_SIDE, _SIDE)
    products: list[Callable[[], object]] = [lambda: matrix @ matrix]
    with torch.inference_mode():
        try:
            packed = PackedLinear(linear)
            packed(matrix)
            products.append(lambda: packed(matrix))
        except (RuntimeError, AttributeError):
            pass  # this build of torch has no packed products
        return max(_per_second(product, seconds) for product in products) * 2 * _SIDE**3


def _per_second(run: Callable[[], object], seconds: float) -> float:
    """The rate of a task per second, from the shortest time within `seconds`, of at least three.

    The shortest, as other programs can only increase a time.
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
