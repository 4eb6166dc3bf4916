"""Charts as chosen: written and read to the bit, checked with a clear error, and made in one place."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.charts import (
    CHARTS,
    ChartInput,
    ChartKind,
    ChartSpec,
    LinearChart,
    Parameter,
    Turn,
    TurnedChart,
    chart_for,
    charts_for,
    checked,
    needs_fit,
    register,
)
from latent_explorer.charts.registry import default_spec
from latent_explorer.errors import UserError

NUMBERS = st.floats(-1e6, 1e6)
VALUES = NUMBERS | st.lists(NUMBERS, min_size=2, max_size=4).map(tuple) | st.sampled_from(["cosine", "euclidean"])
SPECS = st.builds(ChartSpec, st.sampled_from(["one", "other"]), st.dictionaries(st.sampled_from("abc"), VALUES))
CLOUD = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)


@pytest.fixture
def tilted() -> Iterator[ChartKind]:
    """A kind with a parameter of each sort, in the registry while the test runs."""
    kind = ChartKind(
        name="tilted",
        title="Tilted",
        sentence="For tests.",
        make=lambda data: LinearChart(data.name, np.zeros(4), np.eye(4)[:2] * data.parameters["scale"], ("a", "b")),
        parameters=(
            Parameter("scale", "how large", 1.0, low=0.5, high=8),
            Parameter("steps", "how many", 3.0, kind="whole", low=1, high=9),
            Parameter("across", "along what", 0.0, kind="dimension", directed=True),
            Parameter("through", "a point", kind="vector"),
            Parameter("metric", "how far", "cosine", kind="text", choices=("cosine", "euclidean")),
        ),
        dimensions=range(3, 6),
    )
    register(kind)
    yield kind
    del CHARTS._things["tilted"]


@given(SPECS)
def test_a_spec_is_the_same_after_text_and_after_json(spec: ChartSpec) -> None:
    assert ChartSpec.of(str(spec)) == spec
    assert msgspec.json.decode(msgspec.json.encode(spec), type=ChartSpec) == spec
    assert hash(ChartSpec.of(str(spec))) == hash(spec)


@given(SPECS, SPECS)
def test_two_specs_have_one_text_only_if_they_are_equal(one: ChartSpec, other: ChartSpec) -> None:
    assert (str(one) == str(other)) == (one == other)


def test_a_value_may_be_several_numbers() -> None:
    spec = ChartSpec.of("tilted:across=1,0,-2.5e-3,through=3,metric=cosine")
    assert spec.parameters == {"across": (1.0, 0.0, -0.0025), "through": 3.0, "metric": "cosine"}
    with pytest.raises(UserError, match=r"found '3' without a name"):
        ChartSpec.of("tilted:3,across=1")


@pytest.mark.usefixtures("tilted")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sammon", "no chart called 'sammon': expected one of identity, principal"),
        ("identity", "not for a latent space of 4 dimensions; expected principal"),
        ("principal:across=1", "no parameter 'across': expected none"),
        ("tilted:colour=1", "no parameter 'colour': expected scale, steps"),
        ("tilted:scale=9", "scale=9: expected a number from 0.5 to 8"),
        ("tilted:scale=nan", "scale=nan: expected a number"),
        ("tilted:scale=1,1,1,1", "expected a number"),
        ("tilted:steps=2.5", "steps=2.5: expected a whole number from 1 to 9"),
        ("tilted:across=4", "across=4: expected a dimension from 0 to 3 or 4 numbers"),
        ("tilted:across=-1", "across=-1: expected a dimension"),
        ("tilted:across=1,2,3", "across=1,2,3: expected a dimension from 0 to 3 or 4 numbers"),
        ("tilted:through=1", "through=1: expected 4 numbers"),
        ("tilted:through=1,2,3,inf", "expected 4 numbers"),
        ("tilted:metric=3", "metric=3: expected cosine or euclidean"),
    ],
)
def test_what_is_not_possible_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        checked(ChartSpec.of(text), 4)


@pytest.mark.usefixtures("tilted")
def test_what_is_as_usual_is_left_out_so_that_equal_charts_have_equal_names() -> None:
    spec = checked(ChartSpec.of("tilted:scale=1,steps=4,across=0,through=1,2,3,4,metric=cosine"), 4)
    assert str(spec) == "tilted:steps=4,through=1,2,3,4"
    chart = chart_for(CLOUD, spec)
    assert chart.name == str(spec)
    assert chart.axis_names == ("a", "b")
    np.testing.assert_array_equal(chart.to_latent((1.0, 2.0)), (1, 2, 0, 0))


@pytest.mark.parametrize("dimensions", [1, 2, 3, 128])
def test_every_latent_space_has_one_usual_chart_among_those_that_fit(dimensions: int) -> None:
    assert sum(dimensions in kind.default_for for kind in CHARTS.values()) == 1
    assert default_spec(dimensions).kind in {kind.name for kind in charts_for(dimensions)}
    assert checked(None, dimensions) == default_spec(dimensions)


def test_only_the_usual_chart_is_turned() -> None:
    turn = tuple(Turn(0, -1, 1, 0))
    assert isinstance(chart_for(CLOUD, None, turn), TurnedChart)
    assert isinstance(chart_for(CLOUD, ChartSpec("following"), turn), TurnedChart)
    assert not isinstance(chart_for(CLOUD, ChartSpec("principal"), turn), TurnedChart)


def test_a_kind_that_takes_long_has_to_be_fitted_first() -> None:
    def make(data: ChartInput) -> LinearChart:
        return LinearChart(data.name, np.zeros(4), data.fitted["axes"], ("a", "b"))

    slow = ChartKind(
        name="slow", title="Slow", sentence="", make=make, fit=lambda data: iter(()), dimensions=range(4, 5)
    )
    register(slow)
    try:
        with pytest.raises(UserError, match="chart slow: it must be fitted first"):
            chart_for(CLOUD, ChartSpec("slow"))
        chart = chart_for(CLOUD, ChartSpec("slow"), fitted={"axes": np.eye(4)[2:]})
        np.testing.assert_array_equal(chart.to_latent((1.0, 2.0)), (0, 0, 1, 2))
        assert [name for name in (*CHARTS, "unknown") if needs_fit(ChartSpec(name))] == [
            "lda",
            "tsne",
            "isomap",
            "umap",
            "relative",
            "slow",
        ]
    finally:
        del CHARTS._things["slow"]


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (LinearChart, "expected a ChartKind, found type"),
        (ChartKind(name="principal", title="Mine", sentence="", make=lambda _: None), "'principal'"),
        (ChartKind(name="mine", title="Principal plane", sentence="", make=lambda _: None), "'Principal plane'"),
    ],
)
def test_what_is_no_kind_or_takes_a_name_is_not_registered(thing: object, words: str) -> None:
    before = list(CHARTS)
    with pytest.raises(UserError, match=words):
        register(thing)
    assert list(CHARTS) == before


def test_a_chart_under_a_wrong_name_is_refused() -> None:
    register(ChartKind(name="liar", title="Liar", sentence="", make=lambda _: LinearChart("x", CLOUD[0], CLOUD[:2])))
    try:
        with pytest.raises(UserError, match="made one called 'x'"):
            chart_for(CLOUD, ChartSpec("liar"))
    finally:
        del CHARTS._things["liar"]


def test_axes_say_what_they_are() -> None:
    stretched = CLOUD * (3, 1, 0.1, 0.1)
    u, v = chart_for(stretched).axis_names
    assert u.endswith("following the data")
    assert u.startswith("principal component 1 (")
    share = stretched.var(0)[0] / stretched.var(0).sum()
    assert abs(int(u.split("(")[1].split()[0]) / 100 - share) < 0.05
    assert v.startswith("principal component 2 (")
    assert chart_for(CLOUD[:, :2]).axis_names == ("dimension 0", "dimension 1")
    assert chart_for(CLOUD[:, :1]).axis_names == ("principal component 1 (100 %)", "")
    turned = chart_for(CLOUD, None, tuple(Turn(0, -1, 1, 0)))
    assert turned.axis_names[0].endswith(", turned by 90°")
    assert chart_for(CLOUD, None, tuple(Turn())).axis_names == chart_for(CLOUD).axis_names
