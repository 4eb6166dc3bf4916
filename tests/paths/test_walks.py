"""Paths for Python callers: the same latents as a path of the window has, from ends of any kind."""

import numpy as np
import pytest
import torch

from latent_explorer import UserError, paths
from latent_explorer.paths import CURVES, Path, path_latents, spherical, straight, walk

START, END = np.array([1, 0, 0.5], np.float32), np.array([-0.25, 2, 0], np.float32)


@pytest.mark.parametrize("curve", [name for name, curve in CURVES.items() if not curve.needs_model])
def test_a_walk_is_the_path_of_the_window(curve: str) -> None:
    expected = path_latents(Path(START, END, curve, 7, "gentle"))
    assert np.array_equal(walk(START, END, 7, curve=curve, easing="gentle"), expected)
    assert np.array_equal(getattr(paths, curve)(START, END, 7, easing="gentle"), expected)


def test_ends_of_any_kind_give_the_same() -> None:
    expected = straight(START, END)
    assert expected.shape == (48, 3)
    for start, end in ((START.tolist(), END.tolist()), (torch.tensor(START), torch.tensor(END).requires_grad_())):
        assert np.array_equal(straight(start, end), expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": [1, 2]}, r"found \(2,\) and \(3,\)"),
        ({"end": [[1, 2, 3]]}, r"end: expected one latent \(d,\), found an array \(1, 3\)"),
        ({"start": [1, 2, np.nan]}, "start: expected finite"),
        ({"start": "here"}, "start: expected numbers, found str"),
        ({"frames": 1}, "2 to 240 frames, not 1"),
        ({"frames": 2.5}, "2 to 240 frames, not 2.5"),
        ({"easing": "brisk"}, "unknown easing 'brisk': expected one of steady, gentle"),
    ],
)
def test_what_is_no_path_is_said(given: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        spherical(**{"start": START, "end": END, **given})
    with pytest.raises(UserError, match="unknown curve 'crooked': expected one of straight, spherical"):
        walk(START, END, curve="crooked")


@pytest.mark.parametrize("curve", CURVES)
def test_every_curve_has_a_function_of_its_name(curve: str) -> None:
    assert callable(getattr(paths, curve))


def test_a_walk_has_as_many_frames_as_a_path_of_the_window() -> None:
    for way in (walk, straight, spherical):
        assert len(way(START, END)) == Path(START, END).frames
