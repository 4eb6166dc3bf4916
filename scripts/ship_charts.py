"""Fit the charts that bundles open with, and have them bring these along: python scripts/ship_charts.py [FOLDER ...]

Those of the included bundles of more than two dimensions, where none is named. What is kept of a fit is not made again.
"""

import argparse
import sys
from pathlib import Path

from latent_explorer.bundles import add_fits
from latent_explorer.charts import ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.places import shipped_bundles
from latent_explorer.session import open_bundle
from latent_explorer.session.fitting import fit_chart
from latent_explorer.steps import finished

SPEC = ChartSpec("tsne")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="of bundles")
    arguments = parser.parse_args()
    try:
        for folder in arguments.folders or shipped_bundles():
            ship_charts(folder)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def ship_charts(folder: Path) -> None:
    """Fit the charts that a bundle opens with, and put them into its folder; none where it has two dimensions."""
    bundle = open_bundle(folder)
    if bundle.latents.mean.shape[1] <= 2:
        return
    fitted = finished(fit_chart(bundle, SPEC), lambda step: _show(f"{folder.name}: {step.share:.0%} {step.words:60}"))
    add_fits(folder, {str(SPEC): fitted})
    print(f"\r{folder.name}: opens with {SPEC}; {4 * len(bundle.latents) / 2**20:.2f} MiB{'':50}")


def _show(words: str) -> None:
    print(f"\r{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
