"""The command `film`."""

import pytest
from PIL import Image


def test_a_film_is_made_of_a_run(done, filmed_run):
    outcome = done("film", filmed_run, "--out", "x.gif", "--width", 320, "--seconds", 2, "--json")
    assert outcome.json["file"] == "x.gif"
    with Image.open("x.gif") as film:
        assert film.size == (320, 200)
        assert film.n_frames > 5


def test_the_run_is_found_by_its_bundle_and_damage_is_told(done, filmed_run):
    (filmed_run / "snapshots" / "00000020" / "config.json").write_text("{}")
    outcome = done("film", filmed_run.with_suffix(""), "--out", "x.webp", "--width", 320, "--seconds", 2, "--light")
    assert "left out: " in outcome.err
    assert outcome.out.startswith("x.webp: ")


@pytest.mark.parametrize(
    ("run", "out", "message"),
    [
        (".", "x.gif", "expected a training run with snapshots"),
        (None, "x.avi", "a film can be written as gif, webp, mp4"),
        (None, "here/x.gif", "its folder does not exist"),
    ],
)
def test_what_cannot_work_is_one_line(call, filmed_run, run, out, message):
    assert message in call("film", run or filmed_run, "--out", out).complaint.replace("\n", " ")
