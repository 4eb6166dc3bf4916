"""Give bundles the pictures of their first paint anew, all else as it is: python scripts/ship_tiles.py [FOLDER ...]"""

import argparse
import sys
from pathlib import Path

from latent_explorer.bundles import TILES_BYTES, add_tiles, read_config, read_latents, read_tiles, read_weights
from latent_explorer.errors import UserError
from latent_explorer.nets.weights import load_model
from latent_explorer.places import shipped_bundles
from latent_explorer.training.publishing.pictures import first_tiles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folders", nargs="*", type=Path, help="of bundles; those that ship with some when none is named"
    )
    arguments = parser.parse_args()
    try:
        for folder in arguments.folders or filter(read_tiles, shipped_bundles()):
            _ship(folder)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _ship(folder: Path) -> None:
    config = read_config(folder)
    model = load_model(config.net, read_weights(folder, config))
    present = read_tiles(folder, config)
    limit = present.pictures.nbytes if present else TILES_BYTES
    tiles = first_tiles(model, read_latents(folder, config), limit, config.turn)
    if tiles is None:
        print(f"{folder.name}: its pictures are too large to bring any along within {TILES_BYTES >> 20} MiB")
        return
    add_tiles(folder, tiles)
    levels = sorted(set(tiles.places[:, 0].tolist()))
    print(f"{folder.name}: {len(tiles)} tiles of the levels {levels}, {tiles.pictures.nbytes / 2**20:.1f} MiB")


if __name__ == "__main__":
    sys.exit(main())
