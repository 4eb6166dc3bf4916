"""The bench of the pen, on a small bundle: each move counts until a picture that has it in it is painted."""

from pathlib import Path

from latent_explorer.bench import sketch_bench
from latent_explorer.bench.person import person_at_a_window
from latent_explorer.bench.sketch_bench import SketchTimes, sketch_times
from latent_explorer.engine.process import ThreadEngine


def test_each_move_has_its_picture(qapp, small_bundle: Path) -> None:
    with person_at_a_window(str(small_bundle), start_engine=ThreadEngine) as person:
        person.wait_for_the_engine()
        times = sketch_times(person, moves=40, warm_up=5)
    assert len(times.place) == len(times.ink) == 40
    assert all(place > 0 for place in times.place)


def test_a_move_that_is_in_no_picture_yet_waits() -> None:
    times = SketchTimes()
    times.waiting.extend([(3, 0.0), (4, 0.0), (6, 0.0)])
    times.painted(4)
    assert len(times.place) == 2
    assert [change for change, _ in times.waiting] == [6]


def test_an_empty_window_is_painted_at_each_move(qapp) -> None:
    assert len(sketch_bench.empty_times(10, 2)) == 10
