"""The output of `evaluate --chart`: how well charts show a bundle, side by side."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from latent_explorer.cli.failure import complain
from latent_explorer.cli.opened import seen_through
from latent_explorer.cli.output import cell, print_json, print_table, tell_dataset
from latent_explorer.errors import UserError
from latent_explorer.safe_text import safe_text

_FIGURES = "trustworthiness", "continuity", "decoded_mse", "smoothness", "veil_spearman", "fit_cpu_seconds"
_DETAIL = "detail"
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the range of detail


def evaluate_charts(
    folder: Path, charts: list[str], dataset: Any, device: str, *, download: bool, as_json: bool
) -> None:
    """Measure a bundle through charts, and print the figures. Raises UserError if one of the charts is not possible.

    dataset: the images, or their location; None for their location during training.
    """
    from rich.console import Console
    from rich.text import Text

    from latent_explorer.runtime.loading import load_bundle_model
    from latent_explorer.session import open_bundle
    from latent_explorer.training.chart_figures import ChartJudge
    from latent_explorer.training.distributed.devices import choose_device

    bundle = replace(open_bundle(folder), fits={})  # included fits do not say how long they took
    seen = [seen_through(bundle, chart) for chart in charts]
    images = _images(bundle.config, dataset, download)
    judge = ChartJudge(load_bundle_model(folder, bundle.config), bundle.latents, images, choose_device(device))
    found = {}
    with Console(stderr=True).status("") as status:
        for chart, through in zip(charts, seen, strict=True):
            status.update(Text(safe_text(f"Evaluating {folder.name} through {chart} ...")))
            found[chart] = _measured(judge, through)
    if as_json:
        print_json({"bundle": str(folder), **next(iter(found.values())), "charts": found})
    else:
        _print_figures(folder.name, found)


def _images(config: Any, source: Any, download: bool) -> Any:
    """The dataset of a bundle; None, with a message, if it is not available."""
    from latent_explorer.training.evaluate import dataset_of

    try:
        images = dataset_of(config, source, download=download)
    except UserError as error:
        if source is not None:
            raise
        complain(f"pictures are not compared with images: {error}")
        return None
    tell_dataset(images.report)
    return images


def _measured(judge: Any, bundle: Any) -> dict[str, Any]:
    """The figures of a bundle through its chart; with a detail parameter, also the figures at several values of it."""
    whole = judge.whole(bundle.chart)
    found: dict[str, Any] = judge.measure(bundle.chart, whole).figures()
    steps = []
    for detail, spec in _details(bundle):
        figures = judge.measure(bundle.with_chart(spec).chart, whole).figures()
        kept = {name: figures[name] for name in ("decoded_mse", "smoothness", "veil_spearman")}
        steps.append({_DETAIL: detail, **kept})
    return {**found, **({"details": steps} if steps else {})}


def _details(bundle: Any) -> list[tuple[float, Any]]:
    """Specs that differ from a bundle's chart only in the detail, from lowest to highest."""
    from latent_explorer.charts import CHARTS, ChartSpec

    spec = ChartSpec.of(bundle.chart_text)
    ranges = [(each.low, each.high) for each in CHARTS[spec.kind].parameters if each.name == _DETAIL]
    values = [low + share * (high - low) for low, high in ranges for share in _SHARES]
    return [(value, ChartSpec(spec.kind, {**spec.parameters, _DETAIL: value})) for value in values]


def _print_figures(name: str, found: dict[str, Any]) -> None:
    rows = ([figure.replace("_", " "), *(cell(each[figure]) for each in found.values())] for figure in _FIGURES)
    print_table((name, *(f" {chart}" for chart in found)), rows)
    for chart, each in found.items():
        if steps := each.get("details"):
            columns = (f"{chart}: detail", " decoded mse", " smoothness", " veil spearman")
            print_table(columns, ([cell(value) for value in step.values()] for step in steps))
