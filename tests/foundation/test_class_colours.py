"""Class colours are told apart by every eye on both grounds, and classes that meet on a map differ most."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.class_colours import MARKS, PALETTES, USUAL, ClassPalette, assigned, class_overlap
from latent_explorer.errors import UserError
from latent_explorer.palette import DARK, LIGHT, REPEAT
from latent_explorer.vision import VISIONS, contrast, difference, differences, lab, least_difference, rgb

LEAST = {"normal": 17.0, "protanopia": 10.0, "deuteranopia": 10.0, "tritanopia": 10.0}
"""CIEDE2000. Petroff's ten colours, adapted to these grounds, had 13, 6, 3 and 6."""


@pytest.mark.parametrize(
    ("one", "other", "expected"),  # of the table of Sharma, Wu and Dalal
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_table(one, other, expected) -> None:
    assert difference(np.array(one, float), np.array(other, float)) == pytest.approx(expected, abs=1e-4)


def test_lab_and_contrast_are_those_of_the_standards() -> None:
    assert lab(rgb("#ffffff", "#000000")) == pytest.approx(np.array([(100, 0, 0), (0, 0, 0)]), abs=0.02)
    assert lab(rgb("#ff0000"))[0] == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_red_and_green_of_one_lightness_are_alike_without_red_or_green_cones() -> None:
    colours = rgb("#bb5a3c", "#6f7f2f")
    seen = {vision: float(differences(colours, vision)[0, 1]) for vision in VISIONS}
    assert seen["normal"] > 2.5 * max(seen["protanopia"], seen["deuteranopia"])


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_of_ten_classes_are_told_apart(look, vision: str) -> None:
    assert len(look.classes) == 10
    assert least_difference(rgb(*look.classes))[vision] >= LEAST[vision]


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_each_stands_out_from_the_map_and_none_is_grey(look) -> None:
    assert min(contrast(colour, look.map) for colour in look.classes) >= 3
    _, a, b = lab(rgb(*look.classes)).T
    assert np.hypot(a, b).min() > 25


def test_a_class_keeps_its_hue_when_the_theme_changes() -> None:
    (_, a, b), (_, c, d) = lab(rgb(*DARK.classes)).T, lab(rgb(*LIGHT.classes)).T
    turn = np.degrees(np.arctan2(b, a) - np.arctan2(d, c))
    assert np.abs((turn + 180) % 360 - 180).max() < 25


def test_the_few_first_colours_are_the_most_different() -> None:
    assert least_difference(rgb(*LIGHT.classes[:3]))["normal"] > 1.5 * LEAST["normal"]


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_classes_beyond_the_colours_have_other_shades_and_marks(look, name: str) -> None:
    look = look.with_classes(PALETTES[name])
    different = len(PALETTES[name]) * REPEAT
    assert len({(look.of_class(label), look.mark_of(label)) for label in range(different)}) == different
    assert {look.mark_of(label) for label in range(len(PALETTES[name]))} == {"disc"}
    assert {look.mark_of(label) for label in range(different)} == set(MARKS)
    assert look.of_class(different) == look.of_class(0)


def clusters(places, count: int = 200):
    random = np.random.default_rng(0)
    label = np.repeat(np.arange(len(places)), count)
    return random.normal(np.array(places)[label], 0.4).astype(np.float32), label


def test_classes_that_lie_together_meet_and_others_do_not() -> None:
    overlap = class_overlap(*clusters([(0, 0), (0.3, 0), (9, 9)]), 3)
    assert overlap[0, 1] > 0.7
    assert overlap[0, 2] == overlap[1, 2] == pytest.approx(0, abs=1e-6)
    assert (overlap == overlap.T).all()
    assert not np.diag(overlap).any()


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_neighbours_get_distant_colours(look) -> None:
    """Five pairs far from each other: the two of each pair differ more than most of the colours do."""
    uv, label = clusters([(3 * pair, 0.2 * side) for pair in range(5) for side in (0, 1)])
    seen = differences(rgb(*look.classes))
    chosen = np.array(look.for_map(uv, label, 10).slots)
    assert sorted(chosen) == list(range(10))
    pairs = seen[chosen[::2], chosen[1::2]]
    assert pairs.min() > np.median(seen[np.triu_indices(10, 1)])


def test_the_same_map_gives_the_same_colours_and_both_themes_the_same_slots() -> None:
    uv, label = clusters([(0, 0), (0.5, 0), (1, 0), (5, 5)])
    slots = DARK.for_map(uv, label, 4).slots
    assert slots == LIGHT.for_map(uv, label, 4).slots == DARK.for_map(uv.copy(), label, 4).slots
    assert sorted(slots) == [0, 1, 2, 3]


@settings(max_examples=30, deadline=None)
@given(classes=st.integers(0, 140), seed=st.integers(0, 9))
def test_every_class_has_a_slot_of_its_own_and_colours_are_used_evenly(classes: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    overlap = random.random((classes, classes)).astype(np.float32)
    overlap = np.triu(overlap, 1) + np.triu(overlap, 1).T
    slots = assigned(overlap, USUAL)
    assert len(set(slots)) == classes
    assert sorted(slots) == list(range(classes))[:10] if classes <= 10 else True
    uses = np.bincount(np.array(slots, int) % 10, minlength=10)
    assert uses.max() - uses.min() <= 1


def test_colours_of_1000_classes_differ_where_classes_meet() -> None:
    places = [(column, row) for row in range(25) for column in range(40)]
    uv, label = clusters(places, 8)
    look = LIGHT.for_map(uv, label, 1000)
    colour = np.array(look.slots).reshape(25, 40) % 10
    assert (colour[:, 1:] == colour[:, :-1]).mean() < 0.07  # by chance a tenth


def test_data_without_points_labels_or_finite_places() -> None:
    none = np.zeros((0, 2), np.float32)
    assert DARK.for_map(none, None, 0).slots == ()
    assert sorted(DARK.for_map(none, np.zeros(0, int), 3).slots) == [0, 1, 2]
    lost = np.full((5, 2), np.nan, np.float32)
    assert sorted(DARK.for_map(lost, np.arange(5), 5).slots) == [0, 1, 2, 3, 4]


def test_a_palette_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="no palette called 'neon': expected one of usual, okabe-ito, tableau, greys"):
        DARK.for_map(np.zeros((1, 2)), None, 0, "neon")


def test_a_palette_has_as_many_colours_on_both_grounds() -> None:
    with pytest.raises(UserError, match="'odd' has 1 and 2 colours"):
        PALETTES.register(ClassPalette("odd", "Odd", "", ("#000000",), ("#000000", "#111111")))


def test_very_many_classes_have_the_colours_of_their_numbers_at_once() -> None:
    label = np.arange(60_000)
    look = DARK.for_map(np.zeros((60_000, 2)), label, 60_000)
    assert look.slots == ()
    assert look.of_class(59_999) == look.of_class(59_999 % (10 * REPEAT))
