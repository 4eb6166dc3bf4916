"""The command `chart`: fits once, says how long it took, and lists what there is."""

from pathlib import Path

import pytest

from latent_explorer.charts import ChartSpec
from latent_explorer.session import open_bundle
from latent_explorer.session.fitting import fit_is_missing


def test_a_chart_is_fitted_once_and_the_window_then_has_it(done, wide_bundle: Path) -> None:
    call = ("chart", "tsne", "--model", str(wide_bundle), "--perplexity", "5", "--iterations=12", "--json")
    first = done(*call).json
    assert (first["chart"], first["fitted_now"]) == ("tsne:iterations=12,perplexity=5", True)
    assert first["seconds"] > 0
    assert first["cpu_seconds"] > 0
    assert not fit_is_missing(open_bundle(wide_bundle), ChartSpec.of("tsne:iterations=12,perplexity=5,detail=0"))
    again = done(*call).json
    assert again == {**first, "fitted_now": False}
    assert "kept before; fitted in" in done(*call[:-1]).out


def test_without_a_kind_it_lists_them(done, wide_bundle: Path) -> None:
    done("chart", "lda", "--model", str(wide_bundle))
    listed = {
        each["name"]: each["state"] for each in done("chart", "--model", str(wide_bundle), "--json").json["charts"]
    }
    assert listed["following"] == listed["lda"] == "at once"
    assert listed["tsne"] == "has to be fitted first"
    assert "t-SNE" in done("chart", "--model", str(wide_bundle)).out


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (("tsne", "--perplexity", "1000"), "expected a number from 2 to 200"),
        (("tsne", "--perplexity"), "--perplexity: expected a value after it"),
        (("tsne", "perplexity", "7"), "perplexity: expected --NAME VALUE"),
        (("tsne", "--magic", "7"), "no parameter 'magic': expected perplexity, iterations"),
        (("sammon",), "no chart called 'sammon'"),
    ],
)
def test_what_is_not_possible_is_said_in_one_line(call, wide_bundle: Path, rest: tuple[str, ...], words: str) -> None:
    assert words in call("chart", *rest, "--model", str(wide_bundle)).complaint


def test_the_other_commands_see_through_it(done, wide_bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "grid.png"
    done("grid", "--model", str(wide_bundle), "--chart", "tsne:perplexity=5,iterations=12", "--out", str(out))
    assert out.is_file()
