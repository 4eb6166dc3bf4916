"""Makes the pictures of the README anew, with the program itself: `python scripts/make_pictures.py [NAME...]`.

NAME: `icon`, or one of `SCENES` in readme_scenes.py, to make only those.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageOps, ImageSequence
from readme_scenes import SCENES

from latent_explorer.atlas import montage
from latent_explorer.bundles import read_latents
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.places import find_bundle

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
PICTURES, ICON = RESOURCES / "readme", RESOURCES / "icons" / "latent-explorer.png"
_MANY_FRAMES = 40  # of a film: of a longer one, every other is kept


def main(names: list[str]) -> None:
    """Make these, or all; each scene's pictures are kept once all of them are there."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in names or ["icon", *SCENES]:
        if name == "icon":
            make_icon()
            continue
        with tempfile.TemporaryDirectory() as folder:
            SCENES[name](Path(folder))
            for file in sorted(Path(folder).iterdir()):
                keep(file)


def keep(file: Path) -> None:
    """Keep a picture or a film as WebP, which takes a fraction of PNG's and GIF's bytes."""
    with Image.open(file) as picture:
        every = 2 if getattr(picture, "n_frames", 1) > _MANY_FRAMES else 1
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
        times = [frame.info.get("duration", 0) * every for frame in ImageSequence.Iterator(picture)]
    frames, times, kept = frames[::every], times[::every], PICTURES / f"{file.stem}.webp"
    if len(frames) == 1:
        frames[0].save(kept, quality=80, method=6)
    else:
        later: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": times, "loop": 0}
        frames[0].save(kept, quality=40, method=4, **later)
    print(f"{kept.name}: {kept.stat().st_size / 1024:.0f} KiB", flush=True)


def make_icon() -> None:
    """Four digits from the default bundle's map, in a rounded frame."""
    folder = find_bundle("mnist-vae-2d")
    latents = read_latents(folder)
    assert latents.label is not None
    places = np.stack([np.median(latents.mean[latents.label == digit], axis=0) for digit in (0, 3, 6, 7)])
    replies = serve_inline([Open(1, str(folder)), Decode(2, places)])
    digits = np.concatenate([reply.content for reply in replies if isinstance(reply, Pictures)])
    digits = np.pad(digits, ((0, 0), (1, 1), (1, 1), (0, 0)))
    image = Image.fromarray(montage(digits, 2)[..., 0]).resize((240, 240), Image.Resampling.LANCZOS)
    icon, mask = Image.new("RGBA", (256, 256)), Image.new("L", (256, 256))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 255, 255), 52, fill=255)
    ground = Image.new("L", (256, 256))
    ground.paste(image, (8, 8))
    icon.paste(ImageOps.colorize(ground, "#10243f", "#ffffff"), mask=mask)
    ICON.parent.mkdir(parents=True, exist_ok=True)
    icon.save(ICON, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
