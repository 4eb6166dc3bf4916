"""What a bundle took is given back when another is opened: large and small in turn."""

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latent_explorer.engine.model_service import ModelService


def test_nothing_of_a_bundle_stays_when_another_is_opened(make_bundle: Callable[..., Path], small_bundle: Path) -> None:
    large = make_bundle("large", latent_dim=64, shape=(16, 16, 3), count=2000)
    service = ModelService(lambda: None, lambda task: task())
    kept: list[weakref.ref[Any]] = []
    for _ in range(5):
        service.open_bundle(large)
        service.index_dataset()
        list(service.calibrate())
        index = service.index
        kept += map(weakref.ref, (index, index.latents.mean, index.originals.images, service.decoder))
        del index
        service.open_bundle(small_bundle)
        service.index_dataset()
        gc.collect()
        assert [each() for each in kept] == [None] * len(kept)
