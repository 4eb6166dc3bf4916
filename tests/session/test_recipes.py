"""Recipes: read again, they are what was written, to the last bit; what is written wrongly is refused."""

import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.errors import UserError
from latent_explorer.session import Route, recipes
from latent_explorer.session.recipes import ReplayRecipe
from latent_explorer.session.saved import SavedLayer, SavedLook, SavedMap, SavedView

FLOATS = st.floats(-1e6, 1e6, allow_nan=False)
FLOATS32 = st.floats(-1e6, 1e6, allow_nan=False, width=32)


@given(FLOATS, FLOATS, st.floats(1e-4, 2.0**40))
def test_a_view_is_read_as_it_was_written(u, v, scale):
    assert recipes.view_of(recipes.numbers_text((u, v, scale))) == SavedView(u, v, scale)


@given(st.lists(FLOATS32, min_size=1, max_size=5))
def test_a_latent_is_read_as_it_was_written(z):
    assert recipes.point_of(recipes.latent_text(z), len(z), "--at") == tuple(z)


@given(st.text(min_size=1).filter(str.strip), FLOATS32)
def test_a_pin_is_read_as_it_was_written(name, x):
    pin = recipes.pin_of(f"{name}={recipes.latent_text((x, 1.0))}", 2)
    assert (pin.name, pin.z) == (name, (x, 1.0))


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_selection_is_read_as_it_was_written(chosen):
    mask = np.array(chosen)
    text = recipes.ranges_text(mask)
    if mask.any():
        np.testing.assert_array_equal(recipes.chosen_of(text, len(mask)), mask)
    else:
        assert not text


def test_layers_are_read_as_they_were_written():
    layers = (SavedLayer("points", True, 0.75), SavedLayer("veil"))
    assert recipes.layers_of(recipes.layers_text((*layers, SavedLayer("density", False)))) == layers


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), max_size=6), st.booleans())
def test_a_command_is_one_that_a_shell_takes_apart_into_the_same_words(texts, wide):
    made = ReplayRecipe("map", "a file.png", {"pin": tuple(texts), "as_shown": wide, "width": 70, "start": "-1,2"})
    words = shlex.split(made.command().replace(" \\\n", " "))
    assert words == ["latent-explorer", *made.arguments]
    assert all(len(line) <= 130 for line in made.command().splitlines() if not texts)


def test_way_points_and_a_second_curve_are_read_as_they_were_written():
    route = Route((0.0, 0.5), (1.0, -2.0), "geodesic", 12, "even", ((0.25, 1e-7), (3.0, 4.0)), "straight")
    saved = SavedMap(
        path="/a", name="a", seal="s", dimensions=2, images=5, view=SavedView(0, 0, 1), size=(100, 80), route=route
    )
    made = recipes.recipe("filmstrip", saved, SavedLook(), {}, {}, "a.png")
    words = made.arguments
    assert words.count("--through") == 2
    options = dict(made.options)
    ends = options.pop("start"), options.pop("end")
    options.pop("model")
    read = recipes.route_of(*ends, 2, **options)
    np.testing.assert_allclose(read.places, route.places, rtol=1e-6)
    assert (read.curve, read.frames, read.easing, read.compare) == ("geodesic", 12, "even", "straight")


@pytest.mark.parametrize(
    "read",
    [
        lambda: recipes.view_of("1,2"),
        lambda: recipes.view_of("1,2,-3"),
        lambda: recipes.view_of("1,2,inf"),
        lambda: recipes.layers_of("points=2"),
        lambda: recipes.layers_of("points=x"),
        lambda: recipes.pin_of("nothing", 2),
        lambda: recipes.pin_of("a=1,2,3", 2),
        lambda: recipes.chosen_of("3-1", 10),
        lambda: recipes.chosen_of("10", 10),
        lambda: recipes.chosen_of("1-" + "9" * 400, 10),
        lambda: recipes.whole_numbers("1,-2", "--hide", 9),
        lambda: recipes.whole_numbers("1," + "9" * 5000, "--hide", 9),
        lambda: recipes.route_of("0,0", "1,1", 2, curve="crooked", frames=12, easing="steady"),
        lambda: recipes.route_of("0,0", "1,1", 2, curve="straight", frames=12, easing="steady", through=("1",)),
        lambda: recipes.route_of("0,0", "1,1", 2, curve="straight", frames=12, easing="steady", compare="crooked"),
        lambda: recipes.route_of("0,0", "1,1", 2, curve="straight", frames=12, easing="steady", through=("1,2",) * 31),
    ],
)
def test_what_is_written_wrongly_is_refused(read):
    with pytest.raises(UserError):
        read()
