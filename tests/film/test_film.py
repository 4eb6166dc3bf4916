"""The film of a run: what is in it, how it moves, and what becomes of it where something is wrong."""

import shutil
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageColor, ImageSequence

from latent_explorer.bundles import Moment
from latent_explorer.class_colours import PALETTES
from latent_explorer.errors import Cancelled, UserError
from latent_explorer.export import read_mp4, read_provenance
from latent_explorer.film.making import make_film
from latent_explorer.film.scene import FilmScene, LossCurve, Margin, _curves
from latent_explorer.film.shots import read_shots
from latent_explorer.film.timing import Camera, Motion, times_of
from latent_explorer.palette import DARK, LIGHT
from latent_explorer.runs.protocol import Filmed, MakeFilm, Progress
from latent_explorer.service.codec import Refused
from latent_explorer.training.serve import film as serve_film
from latent_explorer.training.stop_token import StopToken
from tests.nets.families import GAN


def wish(run: Path, name: str, **other) -> MakeFilm:
    return MakeFilm(number=1, run=run, file=run.parent / name, **{"width": 320, "seconds": 2.0, **other})


def snapshots(run: Path) -> list[Path]:
    return sorted((run / "snapshots").iterdir())


def scene(run: Path, palette=DARK, width: int = 320) -> FilmScene:
    return FilmScene.of(list(read_shots(snapshots(run))), width, np.linspace(0, 2, 21), palette)


# -- the file


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_takes_the_time_that_was_asked_for(filmed_run, suffix):
    file = make_film(wish(filmed_run, f"x.{suffix}"), lambda progress: None)
    with Image.open(file) as film:
        assert film.size == (320, 200)
        shown = [frame.copy().info["duration"] for frame in ImageSequence.Iterator(film)]
    assert sum(shown) == 2000
    assert read_provenance(file).model == "drifting"
    assert "at the steps 0, 10, 20, 30" in read_provenance(file).extra["film"]


def test_a_video_takes_the_time_that_was_asked_for(filmed_run):
    frames = list(read_mp4(make_film(wish(filmed_run, "x.mp4"), lambda progress: None)))
    assert len(frames) == 50
    assert sum(seconds for _, seconds in frames) == pytest.approx(2)
    assert frames[0][0].shape == (200, 320, 3)


def test_it_says_how_far_it_is(filmed_run):
    told: list[Progress] = []
    make_film(wish(filmed_run, "x.gif"), told.append)
    for doing, total in (("reading the snapshots", 4), ("drawing the film", 25)):
        assert [each.done for each in told if each.doing == doing] == list(range(1, total + 1))


def test_it_can_be_ended_between_two_frames(filmed_run):
    token = Event()

    def end(progress: Progress) -> None:
        if progress.doing == "drawing the film" and progress.done == 5:
            token.set()

    before = sorted(filmed_run.parent.iterdir())
    with pytest.raises(Cancelled):
        make_film(wish(filmed_run, "x.mp4"), end, token)
    assert sorted(filmed_run.parent.iterdir()) == before


def test_the_trainer_makes_it_too(filmed_run):
    replies: list[object] = []
    replies.append(serve_film(wish(filmed_run, "x.gif"), StopToken(), replies.append, make_film))
    assert replies[-1] == Filmed(number=1, file=filmed_run.parent / "x.gif")
    replies.append(serve_film(wish(filmed_run, "x.gif"), StopToken(), replies.append, make_film))
    assert isinstance(replies[-1], Refused)


# -- what is wrong


def test_a_damaged_snapshot_is_left_out_and_told(filmed_run):
    weights = snapshots(filmed_run)[1] / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    told: list[Progress] = []
    file = make_film(wish(filmed_run, "x.gif"), told.append)
    assert "at the steps 0, 20, 30" in read_provenance(file).extra["film"]
    (said,) = [each.doing for each in told if not each.total]
    assert said.startswith("left out: ")
    assert "00000010" in said


@pytest.mark.parametrize("kept", [0, 1])
def test_without_two_snapshots_there_is_no_film(filmed_run, kept):
    for folder in snapshots(filmed_run)[kept:]:
        shutil.rmtree(folder)
    with pytest.raises(UserError, match=f"at least two snapshots that can be read, found {kept or 'none'}"):
        make_film(wish(filmed_run, "x.gif"), lambda progress: None)


@pytest.mark.parametrize(
    ("name", "other", "message"),
    [
        ("x.avi", {}, "a film can be written as gif, webp, mp4"),
        ("images.npz.gif", {"width": 10_000}, "a width in pixels of 320 to 1920, found 10000"),
        ("x.gif", {"seconds": float("nan")}, "a length in seconds of 2 to 120, found nan"),
        ("no/x.gif", {}, "folder does not exist"),
        ("taken.gif", {}, "taken.gif already exists"),
    ],
)
def test_what_cannot_work_is_refused_before_the_work(filmed_run, name, other, message):
    (filmed_run.parent / "taken.gif").write_text("precious")
    with pytest.raises(UserError, match=message):
        make_film(wish(filmed_run, name, **other), lambda progress: pytest.fail("work was begun"))
    assert (filmed_run.parent / "taken.gif").read_text() == "precious"


def test_where_there_is_no_run_it_is_said(tmp_path):
    with pytest.raises(UserError, match="expected a training run with snapshots"):
        make_film(MakeFilm(number=1, run=tmp_path, file=tmp_path / "x.gif"), lambda progress: None)


# -- what is in it


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_each_point_is_where_its_moment_has_it_in_the_colour_of_its_class(filmed_run, palette):
    made = scene(filmed_run, palette, width=960)
    last, frame = made.shots[-1], made.painted(20).astype(int)
    region, (width, height) = made.camera.region(20), made.screen
    apart = np.linalg.norm(last.uv[:, None] - last.uv, axis=-1) + 100 * np.eye(len(last.uv))
    alone = int(np.where(np.abs(last.uv).max(1) < 4, apart.min(1), 0).argmax())
    x = (last.uv[alone, 0] - region.left) / region.width * width
    y = (region.top - last.uv[alone, 1]) / region.height * height
    near = frame[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].reshape(-1, 3)
    colour = ImageColor.getrgb(made.palette.of_class(int(last.label[alone])))
    assert np.abs(near - colour).sum(1).min() < 60


def test_no_more_than_three_grounds_are_kept(filmed_run):
    made = scene(filmed_run)
    for number in range(21):
        made.painted(number)
        assert len(made.kept) <= 3


def test_a_frame_is_the_same_whatever_was_drawn_before(filmed_run):
    one, other = scene(filmed_run), scene(filmed_run)
    one.painted(0)
    np.testing.assert_array_equal(one.painted(12), other.painted(12))


# -- how it moves

PLACES = hnp.arrays(
    np.float32, st.tuples(st.integers(2, 6), st.just(5), st.just(2)), elements=st.floats(-9, 9, width=32)
)


@given(PLACES)
def test_points_pass_through_their_places_and_go_beyond_none(places):
    times = np.cumsum(np.linspace(0.1, 0.5, len(places)))
    glide = Motion(times, places)
    for number, time in enumerate(times):
        np.testing.assert_allclose(glide.at(time), places[number], atol=1e-4)
    for number in range(len(places) - 1):
        low, high = np.minimum(*places[number : number + 2]), np.maximum(*places[number : number + 2])
        for share in (0.1, 0.5, 0.8):
            place = glide.at(times[number] + share * (times[number + 1] - times[number]))
            assert (place >= low - 1e-4).all()
            assert (place <= high + 1e-4).all()


@given(PLACES, st.floats(2, 60))
def test_each_moment_has_its_time(places, seconds):
    times = times_of(places, seconds)
    steps = np.diff(times)
    assert 0 < times[0] < times[-1] < seconds
    assert steps.max() <= 4.001 * steps.min()


def test_what_moves_far_takes_longer():
    cloud = np.random.default_rng(0).normal(size=(50, 2))
    places = np.stack([cloud, cloud + 3, cloud + 3.3, cloud + 3.5]).astype(np.float32)
    steps = np.diff(times_of(places, 10))
    assert steps[0] > 1.5 * steps[1]


def test_the_camera_keeps_what_there_is_in_sight():
    cloud = np.random.default_rng(0).normal(size=(500, 2))
    places = np.stack([cloud, 4 * cloud, 0.5 * cloud + 5, cloud]).astype(np.float32)
    glide, frames = Motion(times_of(places, 10), places), np.linspace(0, 10, 250)
    camera = Camera.following(glide, frames, 1.2)
    for number, time in enumerate(frames):
        region, place = camera.region(number), glide.at(time)
        inside = (place > (region.left, region.bottom)) & (place < (region.right, region.top))
        assert inside.all(1).mean() > 0.97
        assert region.width == pytest.approx(1.2 * region.height)


def test_the_loss_grows_from_its_first_report():
    curve = LossCurve(np.array([1.0, 10.0, 100.0]), np.array([100.0, 10.0, 1.0]))
    assert curve.at(0.5) is None
    assert not len(curve.until(0.5))
    np.testing.assert_allclose(curve.until(10), [(0, 0), (0.5, 0.5)], atol=1e-9)
    np.testing.assert_allclose(curve.until(100)[-1], (1, 1))
    assert curve.at(55) == pytest.approx(5.5)


def test_a_film_that_is_given_up_leaves_nothing(filmed_run):
    token, told = StopToken(), []

    def say(progress):
        told.append(progress)
        if len(told) > 20:
            token.stop()

    assert serve_film(wish(filmed_run, "given-up.gif"), token, say, make_film) == Filmed(number=1, file=None)
    assert not list(filmed_run.parent.glob("*given-up*"))


def test_another_palette_colours_the_classes_and_one_that_nobody_knows_is_refused(filmed_run, tmp_path):
    made = FilmScene.of(list(read_shots(snapshots(filmed_run))), 320, np.linspace(0, 2, 3), LIGHT, "okabe-ito")
    assert made.palette.of_class(0) in LIGHT.with_classes(PALETTES["okabe-ito"]).classes
    with pytest.raises(UserError, match="no palette called 'neon'"):
        make_film(wish(filmed_run, "x.gif", palette="neon"), lambda progress: None)


def test_of_two_networks_that_compete_both_losses_are_drawn():
    moments = [Moment(epoch=1, step=step, losses={"generator": 2.0, "discriminator": 1.0}) for step in (5, 10)]
    shots = [SimpleNamespace(moment=moment, config=SimpleNamespace(family=GAN)) for moment in moments]
    curves = _curves(shots)
    assert [(curve.name, curve.at(10)) for curve in curves] == [("generator", 2.0), ("discriminator", 1.0)]
    drawn = Margin((154, 400), 1.0, DARK, ("a",), curves).painted("Epoch 1", "step 10", 10)
    colours = {pixel for _, pixel in drawn.getcolors(1 << 20)}
    assert {ImageColor.getrgb(DARK.accent), ImageColor.getrgb(DARK.fair)} <= colours


def test_draws_that_show_something_else_have_another_colour(filmed_run):
    shots = list(read_shots(snapshots(filmed_run)))
    turned = [*shots[:-1], replace(shots[-1], label=shots[-1].label[::-1].copy())]
    one, other = (FilmScene.of(each, 320, np.linspace(0, 2, 21), DARK) for each in (shots, turned))
    other = replace(other, palette=one.palette)
    first, last = ([each.painted(number)[:, : one.screen[0]] for each in (one, other)] for number in (0, 20))
    np.testing.assert_array_equal(*first)
    assert (last[0] != last[1]).any()
