"""A step is passed when what it asks for was done, and not before."""

from dataclasses import replace
from pathlib import Path

import pytest

from latent_explorer.lessons import EndPicture, LessonStep, LessonText, LessonWalk
from latent_explorer.lessons.conditions.beside import UntilBeside
from latent_explorer.lessons.conditions.charted import UntilChart
from latent_explorer.lessons.conditions.coloured import UntilColoured
from latent_explorer.lessons.conditions.decoded_as import UntilDecodedAs
from latent_explorer.lessons.conditions.exported import UntilExported
from latent_explorer.lessons.conditions.hiding import UntilClasses
from latent_explorer.lessons.conditions.hovered import UntilHovered
from latent_explorer.lessons.conditions.judged import UntilJudged
from latent_explorer.lessons.conditions.layered import UntilLayer
from latent_explorer.lessons.conditions.lens import UntilLens
from latent_explorer.lessons.conditions.linked import UntilLinked
from latent_explorer.lessons.conditions.opened import UntilOpened
from latent_explorer.lessons.conditions.panelled import UntilPanel
from latent_explorer.lessons.conditions.pathed import UntilPath
from latent_explorer.lessons.conditions.pinned import UntilPinned
from latent_explorer.lessons.conditions.played import UntilPlayed
from latent_explorer.lessons.conditions.registry import CONDITIONS
from latent_explorer.lessons.conditions.selected import UntilSelected
from latent_explorer.lessons.conditions.trained import UntilTrained
from latent_explorer.lessons.conditions.zoomed import UntilZoomed
from latent_explorer.lessons.situation import MapSeen, PathSeen, PlaceSeen, Pointed, RunSeen, Situation

THREE, EIGHT, HOLE = PlaceSeen((1.0,), "3"), PlaceSeen((2.0,), "8"), PlaceSeen((3.0,), "8", 0.1)
PLAIN = MapSeen("m", "identity", {"Veil": 0.5}, "class", frozenset("38"))
NOW = Situation((PLAIN,))


def on_map(**changes) -> Situation:
    return Situation((replace(PLAIN, **changes),))


def walk(*until, new: bool = False, steps: int = 1) -> LessonWalk:
    step = LessonStep("a", "b", until, new=new)
    return LessonWalk(LessonText("key", "t", "s", 3, (step,) * steps, EndPicture()))


CASES = {
    "open": (UntilOpened(("m", "n")), NOW, Situation((PLAIN, MapSeen("n")))),
    "path": (
        UntilPath(("8", "3"), "geodesic", through=1),
        on_map(path=PathSeen(THREE, EIGHT)),
        on_map(path=PathSeen(THREE, EIGHT, "geodesic", through=2)),
    ),
    "pin": (UntilPinned(1, "8", True), on_map(pins=(THREE, EIGHT)), on_map(pins=(THREE, HOLE))),
    "layer": (UntilLayer("Veil", least=0.6), NOW, on_map(layers={"Veil": 0.8})),
    "chart": (UntilChart("tsne"), NOW, on_map(chart="tsne")),
    "colour": (UntilColoured("novelty"), NOW, on_map(colour="novelty")),
    "classes": (UntilClasses(("3",)), NOW, on_map(classes=frozenset("3"))),
    "select": (UntilSelected(5), on_map(selected=4), on_map(selected=5)),
    "zoom": (UntilZoomed(4.0), NOW, on_map(zoom=4.5)),
    "panel": (UntilPanel("Chart"), NOW, replace(NOW, panels=frozenset(["Chart"]))),
    "anomalies": (
        UntilJudged("mnist", moved=True),
        replace(NOW, alarms=0.05, against="mnist"),
        replace(NOW, alarms=0.1, against="mnist"),
    ),
    "linked": (
        UntilLinked(3, fitted=True),
        replace(NOW, linked=True, anchors=3),
        replace(NOW, linked=True, anchors=3, fitted=True),
    ),
    "trained": (UntilTrained("r"), replace(NOW, runs={"r": RunSeen(2)}), replace(NOW, runs={"r": RunSeen(2, True)})),
    "class": (UntilDecodedAs(), on_map(decoded_as="3"), on_map(decoded_as="8")),
    "export": (UntilExported(), replace(NOW, exported=2), replace(NOW, exported=3)),
}
POINTED = {
    "hover": (
        UntilHovered(classes=1, label="8", empty=False, distance=0.2),
        Pointed("m", THREE, 0.3, 1.0),
        Pointed("m", EIGHT, 0.3, 1.0),
    ),
    "lens": (UntilLens(1.0), Pointed("m", THREE, 0.0, 2.0), Pointed("m", THREE, 0.0, 1.0, lens=True)),
    "beside": (UntilBeside(1.0), Pointed("m", THREE, 0.0, 2.0), Pointed("m", PlaceSeen(), 0.0, 1.0, beside=True)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_waits_for_what_is_shown(name: str) -> None:
    until, before, after = CASES[name]
    assert type(until) is CONDITIONS[name].kind
    going = walk(until)
    assert not going.look(before)
    assert not going.look(before)
    assert going.look(after)
    assert going.done


@pytest.mark.parametrize("name", POINTED)
def test_a_step_waits_for_what_the_pointer_does(name: str) -> None:
    until, before, after = POINTED[name]
    assert type(until) is CONDITIONS[name].kind
    going = walk(until)
    assert not any(going.look(NOW, before) for _ in range(5))
    assert going.look(NOW, after)


def test_every_condition_is_tried_here() -> None:
    assert {*CASES, *POINTED, "play"} == CONDITIONS.keys()


def test_pictures_of_a_path_count_once_each() -> None:
    going = walk(UntilPlayed(2))
    frames = [going.look(on_map(frame=frame)) for frame in (0, 0, 1, 1, 1, 2)]
    assert frames == [False] * 5 + [True]


def test_over_a_hole_no_class_is_met() -> None:
    going = walk(UntilHovered(classes=1))
    assert not going.look(NOW, Pointed("m", HOLE, 1.0, 1.0))
    assert going.look(NOW, Pointed("m", EIGHT, 1.0, 0.1))


def test_it_says_how_far_a_step_is() -> None:
    going = walk(UntilHovered(classes=3))
    going.look(NOW, Pointed("m", EIGHT, 0.1, 0.1))
    assert going.words == "1 of 3 classes"


def test_what_is_so_already_passes_unless_it_is_to_be_new() -> None:
    assert walk(UntilLayer("Veil")).look(NOW)
    going = walk(UntilLayer("Veil"), new=True)
    assert not going.look(NOW)
    assert "yourself" in going.words
    assert not going.look(on_map(layers={}))
    assert going.look(NOW)


def test_what_is_done_before_the_first_look_at_a_new_step_counts() -> None:
    step = LessonStep("a", "b", (UntilZoomed(4.0),))
    back = LessonStep("c", "d", (UntilZoomed(most=1.5),), new=True)
    going = LessonWalk(LessonText("key", "t", "s", 3, (step, back)))
    assert going.look(on_map(zoom=5.0))
    assert going.look(on_map(zoom=1.0))


@pytest.mark.parametrize("until", [UntilPinned(), UntilPath()])
def test_new_pins_and_paths_are_other_than_those_there(until) -> None:
    before, after = (
        on_map(pins=(THREE,), path=PathSeen(THREE, EIGHT)),
        on_map(pins=(THREE, EIGHT), path=PathSeen(EIGHT, THREE)),
    )
    going = walk(until, new=True)
    assert not going.look(before)
    assert going.look(after)
    assert walk(until).look(before)


def test_conditions_of_one_step_may_be_met_one_after_another() -> None:
    going = walk(UntilChart("tsne"), UntilZoomed(4.0))
    assert not going.look(on_map(chart="tsne"))
    assert going.look(on_map(zoom=5.0))


def test_each_step_begins_afresh() -> None:
    going = walk(UntilHovered(seconds=1.0), steps=2)
    assert going.look(NOW, Pointed("m", THREE, 0.0, 1.0))
    assert not going.look(NOW, Pointed("m", THREE, 0.0, 0.4))
    assert going.look(NOW, Pointed("m", THREE, 0.0, 0.7))
    assert going.done
    assert not going.look(NOW)


def test_a_lesson_may_be_left_open_for_days() -> None:
    going = walk(UntilHovered(seconds=1e9))
    for _ in range(2000):
        going.look(NOW, Pointed("m", THREE, 0.1, 0.1))
    assert len(going._trail.stretches) == 1


def test_included_files_lie_in_the_package() -> None:
    import latent_explorer.lessons

    assert (Path(latent_explorer.lessons.__file__).parent / "included").is_dir()
