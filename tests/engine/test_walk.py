"""A path is walked by the engine: frames, figures, the straight line beside; what cannot be had is refused."""

import io
from pathlib import Path

import numpy as np
import pytest

from latent_explorer import open_bundle, paths
from latent_explorer.engine.handlers import ENGINE
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.walk import Walk, Walked
from latent_explorer.engine.process import serve_inline
from latent_explorer.service.codec import Refused

Z = np.array([[-4, 0.5], [0, 1], [4, -0.5]], np.float32)


def answer_to(bundle: Path, request: Walk) -> Walked | Refused:
    _, reply = serve_inline([Open(1, str(bundle)), request])
    arrived = ENGINE.replies.read(io.BytesIO(ENGINE.replies.encode(reply)))
    assert isinstance(arrived, Walked | Refused)
    return arrived


def test_the_engine_walks_as_python_callers_do(small_bundle: Path) -> None:
    told = answer_to(small_bundle, Walk(2, Z, "geodesic", 24, "even"))
    assert isinstance(told, Walked)
    found = paths.measure(Z[0], Z[2], 24, curve="geodesic", ways=[Z[1]], model=open_bundle(small_bundle))
    np.testing.assert_array_equal(told.z, found.latents)
    np.testing.assert_array_equal(told.straight, found.straight)
    assert told.figures.length == found.figures.length
    assert told.figures.ratio is not None
    assert told.figures.ratio <= 1 + 1e-6
    assert told.straight_figures.ratio == pytest.approx(1)


def test_each_frame_has_a_class_and_says_whether_it_is_off_the_data(small_bundle: Path) -> None:
    told = answer_to(small_bundle, Walk(2, np.array([[-4, 0], [4, 40]], np.float32), "straight", 30))
    assert isinstance(told, Walked)
    figures = told.figures
    assert figures.label[0] == 0
    assert figures.sure[0] > 0.5
    assert figures.off[0] == 0
    assert figures.off[-1] == 1
    assert figures.off_share == pytest.approx(figures.off.mean())
    assert len(figures.off) == len(figures.label) == len(figures.sure) == 30


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Walk(2, Z, "wavy"), "unknown curve 'wavy'"),
        (Walk(2, Z, frames=1), "2 to 240 frames"),
        (Walk(2, Z[:, :1]), "latents of 2 dimensions"),
        (Walk(2, Z[:1]), "at least two places"),
    ],
)
def test_what_is_no_path_is_refused(small_bundle: Path, request_: Walk, said: str) -> None:
    refusal = answer_to(small_bundle, request_)
    assert isinstance(refusal, Refused)
    assert said in refusal.reason
