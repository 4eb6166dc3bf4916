"""`export map --layers`: the map as the window would draw it, with whatever layers there are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.usefixtures("qapp", "engines_in_threads")


def drawn(call, bundle: Path, folder: Path, layers: str, suffix: str = "png") -> Path:
    file = folder / f"{layers.replace(',', '-')}.{suffix}"
    size = ("--width", "300", "--height", "240")
    assert call("export", "--model", bundle, "map", "--out", file, "--layers", layers, *size).code == 0
    return file


def test_each_layer_is_drawn_where_it_is_asked_for(call, small_bundle: Path, tmp_path: Path) -> None:
    plain = np.asarray(Image.open(drawn(call, small_bundle, tmp_path, "points")))
    named = np.asarray(Image.open(drawn(call, small_bundle, tmp_path, "points,class-names")))
    dense = np.asarray(Image.open(drawn(call, small_bundle, tmp_path, "points,Density")))
    assert plain.shape == named.shape == dense.shape == (240, 300, 3)
    assert 0 < (plain != named).any(-1).mean() < 0.2  # three plates
    assert (plain != dense).any(-1).mean() > 0.5
    assert b"image/png" in drawn(call, small_bundle, tmp_path, "points,density", "svg").read_bytes()


def test_what_is_no_layer_is_named_with_those_that_there_are(call, small_bundle: Path, tmp_path: Path) -> None:
    said = call("export", "--model", small_bundle, "map", "--out", tmp_path / "map.png", "--layers", "points,nonsense")
    assert said.code == 2
    assert "no layer called 'nonsense'" in said.complaint
    assert "class-names, veil, density" in said.complaint
    assert not list(tmp_path.glob("*.png"))
