"""Bundles of other programs' models from Python: the same calls, and what they cannot do is said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer import UserError, charts, open_bundle
from latent_explorer.errors import DataError
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Imports with the options of a plan; gives the folder of the bundle."""

    def run(**options: object) -> Path:
        list(import_model(ImportPlan(folder=tmp_path / "bundle", device="cpu", **options)))
        return tmp_path / "bundle"

    return run


@pytest.fixture
def greys(tmp_path: Path) -> Iterator[Path]:
    """90 grey images of 8x8."""
    pytest.importorskip("onnx", reason="models of other programs are made with onnx")
    from tests.importing.making import greys

    return greys(tmp_path / "greys.npz")


def test_an_onnx_pair_goes_there_and_back(make: Make, greys: Path, tmp_path: Path) -> None:
    from tests.importing.making import onnx_pair

    decoder, encoder = onnx_pair(tmp_path, greys)
    bundle = open_bundle(make(decoder=decoder, encoder=encoder, images=str(greys)), device="cpu")
    encoded = bundle.encode(bundle.images)
    assert np.allclose(encoded, bundle.latents.mean, atol=1e-4)
    assert np.abs(bundle.decode(encoded).astype(int) - bundle.images).mean() < 6
    assert charts.fit(bundle).to_plane(encoded).shape == (90, 2)


def test_latents_of_several_axes_may_keep_them(make: Make, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from tests.importing.making import greys, onnx_folder

    colours = greys(tmp_path / "colours.npz", 60, 16, 3)
    bundle = open_bundle(make(model=onnx_folder(tmp_path / "sd"), images=str(colours)), device="cpu")
    flat = bundle.latents.mean[:3]
    rows, whole = bundle.decode(flat), bundle.decode(flat.reshape(3, 4, 8, 8))
    assert rows.shape == (3, 16, 16, 3)
    assert (rows == whole).all()
    assert (bundle.decode(flat[0].reshape(4, 8, 8)) == bundle.decode(flat[0])).all()
    with pytest.raises(UserError, match=r"\(n, 256\) or \(256,\), found \(3, 8, 8, 4\)"):
        bundle.decode(flat.reshape(3, 8, 8, 4))


def test_latents_alone_are_laid_out_and_not_decoded(make: Make, tmp_path: Path) -> None:
    z = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    np.savez(tmp_path / "z.npz", latents=z, labels=np.arange(50) % 2)
    bundle = open_bundle(make(latents=tmp_path / "z.npz"), device="cpu")
    assert np.allclose(bundle.latents.mean, z)
    assert bundle.class_names == ("0", "1")
    assert charts.fit(bundle, "principal").to_plane(z).shape == (50, 2)
    with pytest.raises(UserError, match="bundle has no decoder: it is latents alone"):
        bundle.decode(z)
    with pytest.raises(UserError, match="bundle has no encoder"):
        bundle.encode(np.zeros((1, 8, 8)))
    with pytest.raises(DataError, match=r"made without images.*open_bundle\(\.\.\., images=PLACE\)"):
        _ = bundle.images
