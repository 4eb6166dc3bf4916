"""`encode` and `export`: latents in, latents and maps out."""

import csv
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageColor

from latent_explorer.bundles import read_latents
from latent_explorer.data import open_dataset


def table_rows(path):
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def encoded(small_bundle):
    """The images of the small bundle's dataset, and their latents by plain torch."""
    import torch

    from latent_explorer.bundles import read_config, read_weights
    from latent_explorer.data import open_dataset
    from latent_explorer.nets.weights import load_model

    config = read_config(small_bundle)
    images = open_dataset(config.dataset.source).images
    model = load_model(config.net, read_weights(small_bundle, config))
    with torch.inference_mode():
        x = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
        return images, model.encode(x).mean.numpy()


def test_a_dataset_is_encoded_in_its_order(done, small_bundle, encoded):
    source = small_bundle.parent / "images.npz"
    found = done("encode", "--model", small_bundle, source, "--out", "z.npz", "--json").json
    assert found["images"] == 120
    with np.load("z.npz") as table:
        np.testing.assert_allclose(table["mean"], encoded[1], atol=1e-5)
        np.testing.assert_array_equal(table["label"], np.arange(120) % 3)
        assert found["mse"] == pytest.approx(table["error"].mean(), rel=1e-5)
    done("encode", "--model", small_bundle, source, "--out", "z.csv")
    rows = table_rows("z.csv")
    np.testing.assert_allclose([float(row["mean_1"]) for row in rows], encoded[1][:, 1], atol=1e-5)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_picture_is_encoded_grey_or_in_grey_colours(done, small_bundle, encoded, mode):
    Image.fromarray(encoded[0][7, ..., 0]).convert(mode).save("seven.png")
    found = done("encode", "--model", small_bundle, "seven.png", "--json").json
    np.testing.assert_allclose(found["latents"], encoded[1][7:8], atol=1e-5)


def test_an_image_that_the_model_cannot_draw_is_said_to_be_outside(done):
    """In two dimensions its place is among the digits: what tells it apart is how badly it is reconstructed."""
    random = np.random.default_rng(0)
    dataset = open_dataset("mnist")
    digits, stripes = dataset.images[-300:], np.zeros((300, 28, 28, 1), np.uint8)
    stripes[:, ::2] = random.integers(100, 255, (300, 1, 1, 1))
    for name, images in (("digits.npy", digits), ("stripes.npy", stripes)):
        np.save(name, images)
    usual, strange = (
        done("encode", "--model", "mnist-vae-2d", f"{name}.npy", "--out", f"{name}.npz", "--json").json
        for name in ("digits", "stripes")
    )
    assert usual["judged"] == strange["judged"] == strange["outside"] == 300
    assert usual["outside"] < 0.1 * 300
    Image.fromarray(stripes[0, ..., 0]).save("one.png")
    one = done("encode", "--model", "mnist-vae-2d", "one.png", "--out", "one.npz")
    assert "outside the data" in one.out
    assert done("encode", "--model", "mnist-vae-2d", "one.png", "--json").json["score"] > 1


def test_a_grey_picture_is_encoded_by_a_model_of_coloured_ones(done, wide_bundle):
    Image.new("L", (10, 6), 128).save("grey.png")
    assert np.shape(done("encode", "--model", wide_bundle, "grey.png", "--json").json["latents"]) == (1, 5)


def test_a_picture_of_another_size_is_stretched_only_if_asked(call, done, small_bundle, encoded):
    Image.fromarray(encoded[0][7, ..., 0]).resize((24, 24), Image.Resampling.NEAREST).save("large.png")
    assert "--resize" in call("encode", "--model", small_bundle, "large.png", "--json").complaint
    found = done("encode", "--model", small_bundle, "large.png", "--resize", "--json").json
    assert np.isfinite(found["latents"]).all()


def test_colours_are_not_thrown_away(call, small_bundle):
    Image.new("RGB", (8, 8), "red").save("red.png")
    assert "expected grey pictures" in call("encode", "--model", small_bundle, "red.png", "--json").complaint


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("missing.png", "--json"), "missing.png': expected a folder, a zip"),
        (("broken.png", "--json"), "broken.png: expected an image"),
        (("missing.npz", "--json"), "no dataset"),
        (("broken.png",), "--out FILE.npz"),
        (("broken.png", "--out", "z.txt"), "can be written as npz, safetensors, csv"),
        (("broken.png", "--out", "broken.png"), "can be written as npz, safetensors, csv"),
    ],
)
def test_encode_refuses_with_one_line(call, small_bundle, tmp_path, arguments, complaint):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand then nothing")
    assert complaint in call("encode", "--model", small_bundle, *arguments).complaint


def test_latents_are_exported_exactly(done, small_bundle):
    expected = read_latents(small_bundle)
    found = done("export", "latents", "--model", small_bundle, "--out", "z.npz", "--json").json
    assert found["images"] == len(expected)
    with np.load("z.npz") as table:
        assert sorted(found["arrays"]) == ["error", "label", "mean", "split"]
        for name in found["arrays"]:
            np.testing.assert_array_equal(table[name], getattr(expected, name))
    done("export", "--model", small_bundle, "latents", "--out", "z.csv")
    rows = table_rows("z.csv")
    np.testing.assert_array_equal(np.array([row["mean_0"] for row in rows], np.float32), expected.mean[:, 0])


def test_the_map_is_drawn_with_every_point_of_every_class(done, small_bundle):
    done("export", "map", "--model", small_bundle, "--width", 300, "--height", 200, "--out", "map.svg")
    root = ElementTree.parse("map.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    titled = Counter()
    for path in root.iter(f"{space}path"):  # a class lies in several of them, the others over it
        titled[path.findtext(f"{space}title")] += path.get("d").count("M")
    titled.pop(None)  # the ticks
    assert titled == {"0": 40, "1": 40, "2": 40}
    assert root.find(f"{space}image") is not None


def test_the_map_of_many_dimensions_is_drawn_without_pictures_if_asked(done, wide_bundle):
    done("export", "map", "--model", wide_bundle, "--no-background", "--out", "map.svg")
    assert ElementTree.parse("map.svg").getroot().find("{http://www.w3.org/2000/svg}image") is None


def test_the_map_is_drawn_without_qt(small_bundle, tmp_path):
    files = [tmp_path / "map.svg", tmp_path / "map.png"]
    program = (
        "import contextlib, sys\n"
        "from latent_explorer.cli import main\n"
        f"for file in {[str(file) for file in files]!r}:\n"
        f"    sys.argv = ['latent-explorer', 'export', 'map', '--model', {str(small_bundle)!r}, '--out', file]\n"
        "    with contextlib.suppress(SystemExit):\n        main()\n"
        "assert not {'PyQt6', 'pyqtgraph'} & sys.modules.keys(), 'Qt was imported'\n"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert all(file.stat().st_size > 1000 for file in files)


def test_the_map_as_png_shows_what_the_svg_shows(done, small_bundle):
    done("export", "map", "--model", small_bundle, "--width", 300, "--height", 200, "--out", "map.svg")
    done("export", "map", "--model", small_bundle, "--width", 300, "--height", 200, "--out", "map.png")
    seen = np.asarray(Image.open("map.png").convert("RGB")).astype(int)
    assert seen.shape == (200, 300, 3)
    for path in ElementTree.parse("map.svg").getroot().iter("{http://www.w3.org/2000/svg}path"):
        points = re.findall(r"M(\S+) (\S+?)h\.01", path.get("d"))
        places = np.array([(float(y), float(x)) for x, y in points]).astype(int).reshape(-1, 2)
        colour = np.array(ImageColor.getrgb(path.get("stroke")))
        off = np.abs(seen[tuple(places.clip(0, (199, 299)).T)] - colour).sum(-1)
        assert not len(off) or np.median(off) < 200  # a quarter of a dot is the ground; another class may lie over it


@pytest.mark.parametrize("what", ["latents", "map"])
def test_export_keeps_what_is_there(call, small_bundle, tmp_path, what):
    name = {"latents": "z.npz", "map": "map.svg"}[what]
    (tmp_path / name).write_text("mine")
    assert "already exists" in call("export", what, "--model", small_bundle, "--out", name).complaint
    assert (tmp_path / name).read_text() == "mine"
