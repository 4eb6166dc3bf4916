"""A path is walked by the engine: frames, figures, the straight line beside; what cannot be had is refused."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latent_explorer import open_bundle, paths
from latent_explorer.engine.handlers import ENGINE
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.walk import WALK, Walk, Walked
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.nets.families import FOREIGN
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.nets.spec import NetSpec
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


def waves(z: torch.Tensor) -> torch.Tensor:
    """Pictures 8 x 8 by numpy alone, which autograd cannot follow."""
    u, v = z.detach().numpy().T
    grid = np.linspace(0, 1, 64)
    pictures = 0.5 + 0.25 * np.sin(3 * u[:, None] * grid) + 0.25 * np.cos(v[:, None] * grid * (1 + u[:, None] ** 2))
    return torch.from_numpy(pictures.reshape(-1, 1, 8, 8).astype(np.float32))


def service_of(bundle: Path, decode: Callable[[torch.Tensor], torch.Tensor] | None) -> ModelService:
    """A service whose model is a function of another program."""
    spec = NetSpec(family=FOREIGN.name, trunk="", image_shape=(8, 8, 1), latent_dim=2, hidden=())
    model = ForeignModel(spec, decode)
    service = ModelService(lambda: None, run=lambda task: task(), load=lambda folder, config: model)
    service.open_bundle(bundle)
    service.index_dataset()
    return service


def walked(service: ModelService, request: Walk) -> Walked:
    *_, found = (reply for reply in WALK.answer(request, service) if reply is not None)
    return found


def test_a_model_that_autograd_cannot_follow_has_geodesics(small_bundle: Path) -> None:
    found = walked(service_of(small_bundle, waves), Walk(2, Z, "geodesic", 24, "even"))
    assert found.figures.ratio is not None
    assert found.figures.ratio < 0.99
    assert np.isfinite(found.z).all()


def test_a_path_takes_turns(small_bundle: Path) -> None:
    """So that a hover is answered between them: no more than a piece of pictures in each."""
    decoded = []

    def counting(z: torch.Tensor) -> torch.Tensor:
        decoded.append(len(z))
        return waves(z)

    service = service_of(small_bundle, counting)
    decoded.clear()
    steps = WALK.answer(Walk(2, Z, "geodesic", 24, "even"), service)
    for reply in steps:
        assert sum(decoded) <= 64
        decoded.clear()
        if reply is not None:
            break


def test_the_grid_of_a_plane_is_decoded_once(small_bundle: Path) -> None:
    decoded = []

    def counting(z: torch.Tensor) -> torch.Tensor:
        decoded.append(len(z))
        return waves(z)

    service = service_of(small_bundle, counting)
    counts = []
    for _ in range(2):
        decoded.clear()
        walked(service, Walk(2, Z[:2], "geodesic", 24, "even"))
        counts.append(sum(decoded))
    assert counts[0] - counts[1] == 100 * 100
    service.open_bundle(small_bundle)
    assert not service.kept
