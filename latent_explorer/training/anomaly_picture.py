"""A picture of how scores separate two sets: the ROC curves, and the histograms of one score."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from latent_explorer.analysis.anomaly import MENDED, SCORES, roc_curve
from latent_explorer.export.pixels import encoded, font, text_length
from latent_explorer.export.scene import cut
from latent_explorer.files import write_bytes_whole
from latent_explorer.training.anomalies import Apart

_SIDE, _MARGIN, _BINS = 720, 64, 60
_TITLE, _TEXT, _SMALL = 30, 24, 20
_COLOURS = (  # distinguishable for most people (Okabe and Ito 2008), then darker ones
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a5195", "#8c8c8c", "#5a4a00",
)  # fmt: skip
_INK, _FAINT, _LINE = (28, 32, 38), (92, 98, 106), (206, 210, 216)
Corner = tuple[float, float]


def draw_apart(found: Apart, names: tuple[str, str], path: Path, *, overwrite: bool = False) -> Path:
    """Write the picture as PNG. names: of the two sets. Raises UserError if that is not possible."""
    return write_bytes_whole(path, encoded(apart_picture(found, names), "PNG"), overwrite=overwrite)


def apart_picture(found: Apart, names: tuple[str, str]) -> Image.Image:
    """The ROC curve of each score on the left, the histograms of the corrected or first score on the right."""
    size = 2 * _SIDE + 3 * _MARGIN, _SIDE + 3 * _MARGIN + (len(found.own) + 1) // 2 * (_TEXT + 10)
    image = Image.new("RGB", size, (255, 255, 255))
    draw = ImageDraw.Draw(image)
    _curves(draw, found, (_MARGIN, 2 * _MARGIN))
    shown = MENDED.name if MENDED.name in found.own else next(iter(found.own))
    _histograms(draw, found, shown, names, (_SIDE + 2 * _MARGIN, 2 * _MARGIN))
    return image


def _curves(draw: ImageDraw.ImageDraw, found: Apart, corner: Corner) -> None:
    left, top = corner
    _frame(draw, corner, "Found, by false alarms")
    draw.line([(left, top + _SIDE), (left + _SIDE, top)], fill=_LINE, width=2)
    for place, words, anchor in ((left, "0", "la"), (left + _SIDE, "1", "ra")):
        draw.text((place, top + _SIDE + 6), words, fill=_FAINT, font=font(_SMALL), anchor=anchor)
    for number, (name, area) in enumerate(found.auroc.items()):
        curve, colour = roc_curve(found.own[name], found.others[name]), _COLOURS[number % len(_COLOURS)]
        x, y = left + _SIDE * curve.false_alarms, top + _SIDE * (1 - curve.found)
        draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=colour, width=4)
        at = left + number % 2 * (_SIDE + _MARGIN), top + _SIDE + 0.75 * _MARGIN + number // 2 * (_TEXT + 10)
        draw.line([(at[0], at[1] + _TEXT / 2), (at[0] + 34, at[1] + _TEXT / 2)], fill=colour, width=6)
        words = f"{SCORES[name].title}: AUROC {area:.4f}"
        draw.text((at[0] + 46, at[1]), words, fill=_INK, font=font(_TEXT, words))


def _histograms(draw: ImageDraw.ImageDraw, found: Apart, name: str, names: tuple[str, str], corner: Corner) -> None:
    left, top = corner
    own, others = found.own[name], found.others[name]
    title = f"{SCORES[name].title} ({SCORES[name].unit})"
    _frame(draw, corner, cut(title, _SIDE, lambda text: text_length(text, _TITLE)))
    low, high = (float(each) for each in np.quantile(np.concatenate([own, others]), [0, 0.995]))
    counts = [np.histogram(np.clip(each, low, high), _BINS, (low, high))[0] / len(each) for each in (own, others)]
    highest = max(float(each.max()) for each in counts) or 1.0
    for each, colour in zip(counts, _COLOURS, strict=False):
        x = np.repeat(left + _SIDE * np.arange(_BINS + 1) / _BINS, 2)[1:-1]
        y = np.repeat(top + _SIDE * (1 - 0.95 * each / highest), 2)
        draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=colour, width=4)
    for x_of, value, anchor in ((left, low, "la"), (left + _SIDE, high, "ra")):
        draw.text((x_of, top + _SIDE + 6), f"{value:.3g}", fill=_FAINT, font=font(_SMALL), anchor=anchor)
    for number, (words, colour) in enumerate(zip(names, _COLOURS, strict=False)):
        said = cut(words, _SIDE - 40, lambda text: text_length(text, _TEXT))
        place = left + _SIDE - 16, top + 14 + number * (_TEXT + 10)
        draw.text(place, said, fill=colour, font=font(_TEXT, said), anchor="ra")


def _frame(draw: ImageDraw.ImageDraw, corner: Corner, title: str) -> None:
    left, top = corner
    draw.text((left, top - _MARGIN), title, fill=_INK, font=font(_TITLE, title))
    draw.rectangle((left, top, left + _SIDE, top + _SIDE), outline=_LINE, width=2)
