"""Take the pictures anew that tests/golden compares with: python scripts/make_golden.py (then look at them)."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.golden.test_golden import LOOKS, STORED, take

    shutil.rmtree(STORED, ignore_errors=True)
    for theme, scale, width in LOOKS:
        with tempfile.TemporaryDirectory() as scratch:
            for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
                os.environ[variable] = scratch
            take(theme, scale, width, Path(scratch) / "seen")
            keep(Path(scratch) / "seen", STORED / f"{theme}-{scale}x")


def keep(taken: Path, stored: Path) -> None:
    """Keep pictures at half their size, which is enough for the eye and for the comparison."""
    stored.mkdir(parents=True, exist_ok=True)
    for path in sorted(taken.glob("*.png")):
        with Image.open(path) as image:
            half = image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)
            half.save(stored / f"{path.stem}.webp", quality=70)


if __name__ == "__main__":
    main()
