"""Bundles of one dataset beside one another."""

from pathlib import Path

from latent_explorer.gui.training.curves import log_ticks
from latent_explorer.gui.training.figures import COLUMNS, Entry, History, best, duration, entries, figure
from latent_explorer.places import shipped_bundles
from latent_explorer.runs import Report


def test_only_those_of_the_dataset_are_compared_and_broken_ones_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    found = {entry.name: entry for entry in entries("mnist", tmp_path)}
    assert found.keys() == {path.name for path in shipped_bundles() if path.name.startswith("mnist")}
    assert found["mnist-vae-2d"].kind == "VAE, 2d"
    assert found["mnist-ae-16d"].kind == "AE, 16d"
    assert found["mnist-ae-2d"].values["negative_elbo"] is None


def test_the_best_of_each_column() -> None:
    found = entries("mnist", Path("/nowhere"))
    columns = {column.name: column for column in COLUMNS}
    assert best(found, columns["mse"]) == min(entry.values["mse"] for entry in found)
    assert best(found, columns["knn10_accuracy"]) == max(entry.values["knn10_accuracy"] or 0 for entry in found)
    assert best(found, columns["minutes"]) is None
    assert best(found[:1], columns["mse"]) is None


def test_figures_are_short() -> None:
    texts = [
        column.text(value)
        for column, value in zip(COLUMNS, (130.42, 0.03139, 0.881, 0.0843, 0.0061, 12.08), strict=True)
    ]
    assert texts == ["130.4", ".0314", "88.1%", "8.4%", "0.006", "12.1"]
    assert COLUMNS[0].text(None) == "–"


def test_durations_and_losses_in_words() -> None:
    assert [duration(seconds) for seconds in (0.2, 59, 80, 3600, 5000, 200_000)] == [
        "under a second", "59 s", "1 min 20 s", "1 h", "1 h 23 min", "2.3 days"
    ]  # fmt: skip
    assert [figure(value) for value in (1234.56, 142.74, 6.154, 0.03139)] == ["1,234.6", "142.7", "6.15", "0.0314"]


def test_a_log_axis_has_few_numbers() -> None:
    assert [round(10**tick, 6) for tick in log_ticks(0.9, 2.1)] == [10, 20, 50, 100]
    assert [round(10**tick, 6) for tick in log_ticks(-2, 2)] == [0.01, 0.1, 1, 10, 100]


def test_the_losses_nearest_to_an_epoch_are_read_out() -> None:
    history = History()
    assert history.words_at(1.0, []) == ""
    for step, test in ((5, None), (10, {"loss": 99.0})):
        report = Report(
            epoch=1,
            step=step,
            steps=20,
            losses={"loss": 100.0 + step},
            test_losses=test,
            images_per_second=1.0,
            seconds_left=0.0,
        )
        history.take(report, 10)
    assert history.words_at(0.6, ["loss"]) == "Epoch 0.6 · loss 105.0 train, 99 test"


def test_a_generator_is_compared_by_its_draws_and_all_else_by_its_latents() -> None:
    known = {column.name: None for column in COLUMNS} | {"mse": 0.01, "minutes": 1.0}
    drawn = Entry(Path("x"), "x", "GAN, 2d", {**known, "least_class_share": 0.08, "class_kl": 0.01})
    placed = Entry(Path("y"), "y", "AE, 2d", known)
    assert [column.label for column in COLUMNS if drawn.compares(column)] == ["MSE", "Least", "KL", "min"]
    assert [column.label for column in COLUMNS if placed.compares(column)] == ["−ELBO", "MSE", "10-NN", "min"]
