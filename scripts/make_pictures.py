"""Makes the pictures of the README anew, with the program itself: `python scripts/make_pictures.py`."""

import tempfile
from pathlib import Path

from PIL import Image

from latent_explorer.gui.driving.tour import tour

PICTURES = Path(__file__).resolve().parent.parent / "resources" / "readme"
_CHOSEN = {
    "03-path.png": "window.png",
    "05-zoom.png": "zoom.png",
    "07-light.png": "light.png",
    "06-export.png": "export.png",
}


def main() -> None:
    """Walk the tour, and keep what the README shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tour(Path(folder))
        for name, kept in _CHOSEN.items():
            image = Image.open(Path(folder) / name).convert("RGB")
            image.quantize(256, dither=Image.Dither.NONE).save(PICTURES / kept, optimize=True)
        (PICTURES / "drag.gif").write_bytes((Path(folder) / "drag.gif").read_bytes())
    for picture in sorted(PICTURES.iterdir()):
        print(f"{picture.name}: {picture.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
