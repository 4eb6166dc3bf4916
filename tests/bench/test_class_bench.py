"""The bench of another class, on a small bundle: each change counts until the view shows it."""

from pathlib import Path

from latent_explorer.bench.class_baseline import main
from latent_explorer.bench.class_bench import class_times
from latent_explorer.bench.person import person_at_a_window
from latent_explorer.engine.process import ThreadEngine
from tests.nets.families import CONDITIONAL, registered, trained_on_noise


def test_each_change_is_seen(qapp, tmp_path: Path) -> None:
    with registered(CONDITIONAL):
        folder = trained_on_noise(tmp_path, "cvae")
        with person_at_a_window(str(folder), start_engine=ThreadEngine) as person:
            person.wait_for_the_engine()
            times = class_times(person, 4)
            assert person.bundle.label == 1
        assert len(main(str(folder), "70", "3")) == 3
    assert times.tiles > 0
    assert all(0 < first <= whole for first, whole in zip(times.first, times.all, strict=True))
