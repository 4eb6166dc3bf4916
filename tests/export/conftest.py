"""One example of each kind of thing there is to export."""

from types import SimpleNamespace

import numpy as np
import pytest

from latent_explorer.export import (
    Background,
    ContactSheet,
    LatentTable,
    MapScene,
    PathArrays,
    PinMark,
    PointGroup,
    Polyline,
    StyleGrid,
)


@pytest.fixture
def examples() -> dict[str, object]:
    """Something to export, by kind; big enough that no file of it fits into 400 bytes."""
    rng = np.random.default_rng(0)

    def noise(*shape: int) -> np.ndarray:
        return rng.integers(0, 256, shape, np.uint8)

    scene = MapScene(
        width=300,
        height=200,
        background=Background(noise(20, 30, 3), 0, 0, 300, 200, opacity=0.5),
        groups=(PointGroup("<3 & \x01more>", "#0072b2", rng.uniform(0, 200, (50, 2))),),
        curves=(Polyline(rng.uniform(0, 200, (9, 2)), "black"),),
        pins=(PinMark('a "pin"', 10, 20, "red"),),
        x_ticks=((100, "0"), (200, "1")),
        y_ticks=((50, "−1"),),
    )
    table = LatentTable(
        mean=rng.normal(size=(40, 3)).astype(np.float32),
        log_variance=rng.normal(size=(40, 3)).astype(np.float32),
        label=rng.integers(0, 2, 40),
        split=rng.integers(0, 2, 40),
        error=rng.uniform(size=40).astype(np.float32),
        class_names=("cat, or dog", 'the "other"'),
    )
    film = noise(6, 9, 8, 3)
    grid, picture, pixels = noise(2, 3, 9, 8, 1), noise(20, 20, 1), noise(20, 30, 4)
    path = PathArrays(rng.normal(size=(6, 3)).astype(np.float32), film)
    styles = StyleGrid(
        noise(2, 3, 9, 8, 1), np.array([0, 4]), path.latents[:3], ("cat", "<b>dog & co"), ("1", "2", "3"),
        noise(2, 9, 8, 1), noise(3, 9, 8, 1),
    )  # fmt: skip
    sheet = ContactSheet(noise(7, 9, 8, 3), 3, "Seven pictures of noise")
    return vars(
        SimpleNamespace(
            picture=picture,
            grid=grid,
            filmstrip=film,
            film=film,
            map=pixels,
            scene=scene,
            latents=table,
            sheet=sheet,
            path=path,
            **{"style grid": styles},
        )
    )
