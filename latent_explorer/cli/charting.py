"""The command `chart`: fits a chart in advance for the window; or lists the charts."""

from collections.abc import Generator, Iterator
from typing import Annotated, Any

import typer
from typer import Argument

from latent_explorer.cli.options import DEFAULT_MODEL, AsJson, ChartCommand, Model, examples
from latent_explorer.cli.output import Display, print_json, print_table, report
from latent_explorer.errors import UserError
from latent_explorer.steps import finished

commands = typer.Typer()

_EXAMPLES = examples(
    "latent-explorer chart --model mnist-ae-16d",
    "latent-explorer chart tsne --model mnist-ae-16d --perplexity 30",
    "latent-explorer chart lda --model mnist-ae-16d --classes 3,5,8",
)


@commands.command(
    cls=ChartCommand, epilog=_EXAMPLES, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def chart(
    context: typer.Context,
    kind: Annotated[
        str | None, Argument(metavar="[KIND]", help="Chart to fit; without it, all charts are listed.")
    ] = None,
    model: Model = DEFAULT_MODEL,
    as_json: AsJson = False,
) -> None:
    """Fit a chart of a bundle, and keep it.

    The window and the other commands then have it at once. Parameters of a chart are options, such as --perplexity 30.
    Without KIND, lists the charts of the bundle, and which of them are kept.
    """
    from latent_explorer.places import find_bundle
    from latent_explorer.session import open_bundle

    bundle = open_bundle(find_bundle(model))
    if kind is None:
        _list(bundle, as_json)
        return
    text = f"{kind}:{','.join(_chosen(context.args))}" if context.args else kind
    _fit(bundle, text, as_json)


def _chosen(rest: list[str]) -> Iterator[str]:
    """Convert the arguments after the kind, `--name value` or `--name=value`, to parts of a spec. Raises UserError."""
    words = iter(rest)
    for word in words:
        name, given, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise UserError(f"{word}: expected --NAME VALUE, as in --perplexity 30")
        if not given and (value := next(words, "")) == "":
            raise UserError(f"--{name}: expected a value after it")
        yield f"{name}={value}"


def _fit(bundle: Any, text: str, as_json: bool) -> None:
    from latent_explorer.charts import ChartSpec, checked
    from latent_explorer.session.fitting import fit_chart, fit_is_missing

    spec = checked(ChartSpec.of(text), bundle.latents.mean.shape[1])
    missing = fit_is_missing(bundle, spec)
    clock, processor = _fitted(fit_chart(bundle, spec), spec.kind).get("fit_seconds", (0.0, 0.0))
    said = {
        "model": bundle.name, "chart": str(spec), "images": len(bundle.latents), "fitted_now": missing,
        "seconds": round(float(clock), 2), "cpu_seconds": round(float(processor), 4),
    }  # fmt: skip
    took = f"fitted in {clock:,.1f} s, {processor:,.1f} s of CPU time" if clock else "it needs no fit"
    before = "" if missing or not clock else "kept before; "
    report(said, f"{spec} of the {len(bundle.latents):,} images of {bundle.name}: {before}{took}", as_json)


def _fitted(fitting: Generator[Any, None, Any], kind: str) -> Any:
    """Run a fit with a progress bar; returns its result."""
    with Display() as display:
        return finished(
            fitting, lambda step: display.show(f"fitting {kind}", round(1000 * step.share), 1000, step.words)
        )


def _list(bundle: Any, as_json: bool) -> None:
    from latent_explorer.charts import ChartSpec, charts_for
    from latent_explorer.session.fitting import fit_is_missing

    rows = []
    for each in charts_for(bundle.latents.mean.shape[1]):
        lacks = each.lacks(bundle.latents.label)
        missing = bool(lacks) or fit_is_missing(bundle, ChartSpec(each.name))
        rows.append((each.name, each.title, lacks or ("has to be fitted first" if missing else "at once")))
    if as_json:
        print_json(
            {"model": bundle.name, "charts": [dict(zip(("name", "title", "state"), row, strict=True)) for row in rows]}
        )
    else:
        print_table(("chart", "", "state"), rows)
