"""The map as SVG: valid, complete and compact."""

import base64
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export import MapScene, PinMark, PointGroup, Polyline, class_groups, painted
from latent_explorer.export.svg import write_map_svg
from latent_explorer.palette import LIGHT

SVG = "{http://www.w3.org/2000/svg}"
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _points(path: ElementTree.Element) -> np.ndarray:
    strokes = re.findall(r"M(\S+) (\S+?)h\.01", path.get("d"))
    return np.array([[float(x), float(y)] for x, y in strokes]).reshape(-1, 2)


def _written(path: Path, scene: MapScene) -> ElementTree.Element:
    return ElementTree.parse(write_map_svg(path, scene, overwrite=True)).getroot()


@untimed
@given(hnp.arrays(np.float32, st.tuples(st.integers(0, 30), st.just(2)), elements=st.floats(-500, 500, width=32)))
def test_every_point_in_sight_is_there(tmp_path, xy):
    scene = MapScene(width=300, height=200, groups=(PointGroup("a", "#123456", xy, radius=2),))
    path = _written(tmp_path / "a.svg", scene).find(f"{SVG}path")
    seen = xy[(xy[:, 0] >= -2) & (xy[:, 0] <= 302) & (xy[:, 1] >= -2) & (xy[:, 1] <= 202)]
    np.testing.assert_allclose(_points(path), seen, atol=0.00501)
    assert path.get("stroke-width") == "4"
    assert path.get("stroke-linecap") == "round"


def test_points_nowhere_are_left_out(tmp_path):
    xy = np.array([[1, 2], [np.nan, 2], [np.inf, 3], [4, -np.inf]])
    scene = MapScene(width=10, height=10, groups=(PointGroup("a", "red", xy),))
    assert _points(_written(tmp_path / "a.svg", scene).find(f"{SVG}path")).tolist() == [[1, 2]]


@untimed
@given(st.text(max_size=20))
def test_any_name_gives_valid_xml(tmp_path, name):
    scene = MapScene(
        width=900, height=90, groups=(PointGroup(name, "red", np.ones((1, 2))),), pins=(PinMark(name, 5, 5, "blue"),)
    )
    root = _written(tmp_path / "a.svg", scene)
    texts = {element.text or "" for element in root.iter(f"{SVG}text")}
    kept = "".join(letter for letter in name if letter.isprintable())
    assert all(kept == "".join(letter for letter in text if letter.isprintable()) for text in texts)


def test_everything_on_the_map_is_in_the_drawing(tmp_path, examples):
    scene = examples["scene"]
    root = _written(tmp_path / "a.svg", scene)
    assert root.get("viewBox") == "0 0 300 200"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert sorted(texts) == sorted(['a "pin"', "0", "1", "−1", "<3 & more>"])
    image = root.find(f"{SVG}image")
    picture = Image.open(BytesIO(base64.b64decode(image.get("href").partition(",")[2])))
    np.testing.assert_array_equal(np.asarray(picture), scene.background.pixels)
    points, curve, ticks = root.findall(f"{SVG}path")
    assert len(_points(points)) == 50
    assert curve.get("d").count("L") == 8
    assert ticks.get("d") == "M100 200v-5M200 200v-5M0 50h5"


def test_seventy_thousand_points_stay_small(tmp_path):
    rng = np.random.default_rng(0)
    groups = tuple(PointGroup(str(name), "red", rng.uniform(0, 900, (7000, 2))) for name in range(10))
    path = write_map_svg(tmp_path / "a.svg", MapScene(width=900, height=900, groups=groups))
    root = ElementTree.parse(path).getroot()
    assert [len(_points(element)) for element in root.findall(f"{SVG}path")] == [7000] * 10
    assert path.stat().st_size < 70_000 * 19


def test_malformed_scenes_are_refused(tmp_path):
    flat = MapScene(width=9, height=9, groups=(PointGroup("cats", "red", np.zeros(4)),))
    lost = MapScene(width=9, height=9, curves=(Polyline(np.full((3, 2), np.nan), "red"),))
    for scene, reason in ((flat, "points of cats"), (lost, "finite"), (MapScene(90_000, 90_000), "at most")):
        with pytest.raises(ExportError, match=reason):
            write_map_svg(tmp_path / "a.svg", scene)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [3, 47, 200, 1000])
@pytest.mark.parametrize("size", [(1200, 900), (400, 120), (160, 60)])
def test_the_legend_stays_on_the_page_and_says_how_many_more(tmp_path, count, size):
    names = tuple("x" * (60 if number == 7 else 9) + f"{number:03}" for number in range(count))
    groups = tuple(class_groups(np.zeros((count, 2)), np.arange(count), names, LIGHT))
    scene = MapScene(*size, groups=groups)
    texts = list(_written(tmp_path / "map.svg", scene).iter(f"{SVG}text"))
    told = [text.text for text in texts]
    assert all(0 < float(text.get("y")) < size[1] and float(text.get("x")) <= size[0] for text in texts)
    more = [int(text.split()[1]) for text in told if text.startswith("and ")]
    assert len(told) - len(more) + sum(more) == count or "…" in told[-1]
    if size == (1200, 900) and count <= 47:
        assert not more
        assert told[:3] == list(names[:3])
    painted(scene)


def test_axes_that_have_names_are_named(examples, tmp_path: Path) -> None:
    names = ("principal component 1 (12 %)", "<b>up</b>")
    scene = replace(examples["scene"], axis_names=names)
    root = _written(tmp_path / "map.svg", scene)
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert "principal component 1 (12 %) →" in texts
    assert "↑ <b>up</b>" in texts
    assert (painted(scene) != painted(examples["scene"])).any()
