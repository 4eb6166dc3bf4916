"""The film of the deep zoom, shortened."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.bench import tour


def test_the_whole_zoom_goes_a_thousand_times_nearer_and_back() -> None:
    scale = np.cumprod(tour._factors())
    assert scale.max() == pytest.approx(1000)
    assert scale[-1] == pytest.approx(1)


def test_the_film_shows_ever_nearer_pictures(qapp, small_bundle: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tour, "_BETWEEN", (0, 2))
    monkeypatch.setattr(tour, "_factors", lambda: [1.0, 8.0, 8.0])
    tour.film_deep_zoom(tmp_path / "film.gif", str(small_bundle))
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.n_frames, film.width) == (3, 440)
        frames = []
        for index in range(3):
            film.seek(index)
            frames.append(np.asarray(film.convert("L"), int))
    assert all(np.abs(a - b).mean() > 5 for a, b in itertools.pairwise(frames))
