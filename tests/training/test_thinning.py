"""What is kept of the moments of a run lies evenly."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.training.snapshots import thinned

STEPS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40, unique=True).map(sorted)


def gaps(steps: list[int], apart: int = 1) -> list[int]:
    return [late - early for early, late in zip(steps, steps[apart:], strict=False)]


@given(STEPS, st.integers(0, 45))
def test_the_first_and_the_last_stay_and_no_more_than_asked_for(steps: list[int], count: int) -> None:
    kept = thinned(steps, count)
    assert set(kept) <= set(steps)
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
    assert len(kept) == min(len(steps), max(2, count))


@given(STEPS, st.integers(2, 45))
def test_no_gap_is_made_that_is_larger_than_two_that_stay(steps: list[int], count: int) -> None:
    kept = thinned(steps, count)
    made = set(pairwise(kept)) - set(pairwise(steps))
    assert all(late - early <= least for early, late in made for least in gaps(kept, 2))


@given(st.integers(3, 12), st.integers(1, 200))
def test_what_comes_at_even_times_is_kept_evenly_while_the_run_grows(count: int, reports: int) -> None:
    kept: list[int] = []
    for step in range(reports):
        kept = thinned([*kept, step], count)
        assert kept[0] == 0
        assert kept[-1] == step
        assert max(gaps(kept), default=1) <= 2 * max(1, step / (len(kept) - 1 or 1)) + 1
