"""Measure bundles that ship anew, and put the figures into their configurations and cards; all else stays as it is."""

import argparse
import re
import sys
from pathlib import Path

import msgspec

from latent_explorer.bundles import change_card, check_bundle, read_latents
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle, shipped_bundles
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.training.baselines import baselines
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.evaluate import dataset_of, encode_dataset, evaluate
from latent_explorer.training.generator_figures import draws_figures
from latent_explorer.training.publishing.card import figures_table
from latent_explorer.training.style_figures import style_figures

_TABLE = re.compile(r"(?<=## Figures\n\n).*?\n    latent-explorer evaluate [^\n]*\n", re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of the bundles; all that ship when none is named")
    parser.add_argument("--dataset", help="where their dataset is, as for `latent-explorer train`; else where it was")
    arguments = parser.parse_args()
    try:
        for name in arguments.names or [folder.name for folder in shipped_bundles()]:
            print(f"{name}: {_renew(find_bundle(name), arguments.dataset)}", flush=True)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _renew(folder: Path, source: str | None) -> dict[str, float | None]:
    config = check_bundle(folder)
    dataset = dataset_of(config, source)
    model, device = load_bundle_model(folder, config), choose_device("cpu")
    latents = encode_dataset(model, dataset, device) if config.family.conditional else None
    found = evaluate(model, dataset, device, latents)
    figures = found.figures() | baselines(dataset, config.net.latent_dim).figures()
    if config.prior_samples:
        figures |= draws_figures(read_latents(folder, config), dataset)
    if latents is not None:
        figures |= style_figures(model, dataset, device, latents, found.knn10_accuracy).figures()
    renewed = msgspec.structs.replace(config, metrics=figures)
    card, tables = _TABLE.subn(lambda _: figures_table(renewed), (folder / "README.md").read_text())
    if tables != 1:
        raise UserError(f"{folder / 'README.md'}: expected one table of figures under '## Figures', found {tables}")
    change_card(folder, renewed, card)
    return figures


if __name__ == "__main__":
    sys.exit(main())
