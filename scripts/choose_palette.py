"""Find the class colours of the usual palette anew: `python scripts/choose_palette.py`. Takes a minute or two.

Simulated annealing over ten colours for a dark ground and the same ten hues for a light one: the two that are most
alike (CIEDE2000), with normal vision and with each kind of dichromacy, are to be as different as possible, while each
colour has a contrast of 3 or more with the ground, is no grey, and has nearly the hue that it has on the other ground.
Prints the colours, so ordered that the first few are as different as they can be, for `latent_explorer/palette.py`.
"""

import argparse

import numpy as np

from latent_explorer.palette import DARK, LIGHT
from latent_explorer.vision import VISIONS, Colours, difference, hexadecimal, lab, least_difference, linear, rgb

COLOURS, LEAST_CONTRAST, CHROMA, HUES_APART = 10, 3.1, (32.0, 82.0), 16.0
LIGHTNESS = np.array([(50.0, 93.0), (30.0, 63.0)])
"""On dark and on light: no dot is to be a black or a white one."""
WEIGHTS = {"normal": 0.6, "protanopia": 1.0, "deuteranopia": 1.0, "tritanopia": 1.0}
"""Normal vision has three dimensions to spread colours in, and so is to do better."""
_PAIRS = np.triu_indices(COLOURS, 1)
_GROUNDS = linear(rgb(DARK.map, LIGHT.map)) @ np.array([0.2126729, 0.7151522, 0.0721750])


def cost(colours: Colours) -> float:
    """How bad colours (2, n, 3), for dark and for light, are together."""
    total = 0.0
    for vision in VISIONS:
        seen = lab(colours, vision)
        apart = WEIGHTS[vision] * difference(seen[:, _PAIRS[0]], seen[:, _PAIRS[1]])
        total += float(np.exp(-apart / 0.7 + 6).sum(1).max())
    return float(np.log(total)) + penalty(colours)


def penalty(colours: Colours) -> float:
    luminance = linear(colours) @ np.array([0.2126729, 0.7151522, 0.0721750]) + 0.05
    ground = _GROUNDS[:, None] + 0.05
    contrast = np.maximum(luminance / ground, ground / luminance)
    lightness, a, b = np.moveaxis(lab(colours), -1, 0)
    turn = np.degrees(np.arctan2(b[0], a[0]) - np.arctan2(b[1], a[1]))
    hues = np.abs((turn + 180) % 360 - 180)
    lacking = np.maximum(LEAST_CONTRAST - contrast, 0).sum() * 30
    outside = _outside(np.hypot(a, b), *CHROMA) + _outside(lightness, *LIGHTNESS.T[..., None])
    return float(lacking + outside + np.maximum(hues - HUES_APART, 0).sum() / 2)


def _outside(values: Colours, low: Colours | float, high: Colours | float) -> float:
    return float((np.maximum(low - values, 0) + np.maximum(values - high, 0)).sum())


def annealed(random: np.random.Generator, steps: int) -> tuple[float, Colours]:
    colours = random.random((2, COLOURS, 3))
    now = cost(colours)
    for step in range(steps):
        heat = (1 - step / steps) ** 2
        tried = colours.copy()
        which = random.integers(COLOURS)
        theme = slice(None) if random.random() < 0.3 else random.integers(2)
        tried[theme, which] += random.normal(0, 0.02 + 0.25 * heat, 3)
        tried = tried.clip(0, 1)
        new = cost(tried)
        if new < now or random.random() < np.exp((now - new) / max(0.6 * heat, 1e-3)):
            colours, now = tried, new
    return now, colours


def ordered(colours: Colours) -> Colours:
    """The most different first: each next one is the one farthest from those before."""
    apart = np.min(
        [WEIGHTS[v] * difference(s[:, :, None], s[:, None]).min(0) for v in VISIONS for s in [lab(colours, v)]], axis=0
    )
    order = list(np.unravel_index(apart.argmax(), apart.shape))
    while len(order) < COLOURS:
        left = [each for each in range(COLOURS) if each not in order]
        order.append(max(left, key=lambda each: apart[each, order].min()))
    return colours[:, order]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=6)
    parser.add_argument("--steps", type=int, default=25_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    _, best = min((annealed(random, options.steps) for _ in range(options.starts)), key=lambda found: found[0])
    best = np.round(ordered(best) * 255) / 255
    for name, colours in zip(("dark", "light"), best, strict=True):
        print(name, {vision: round(least, 1) for vision, least in least_difference(colours).items()})
    for dark, light in zip(*best, strict=True):
        print(f'    ("{hexadecimal(dark)}", "{hexadecimal(light)}"),')


if __name__ == "__main__":
    main()
