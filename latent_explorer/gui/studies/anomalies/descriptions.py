"""Descriptions of scores: texts, and curves with colours."""

import numpy as np

from latent_explorer.analysis.anomaly.roc import RocCurve, roc_curve
from latent_explorer.engine.handlers.image_set import ImageSetOpened
from latent_explorer.engine.handlers.tell_scores import ScoresTold, ScoreWords
from latent_explorer.fields.field import number as written
from latent_explorer.gui.studies.anomalies.judged import COMPARED, OTHER, TEST, JudgedSets
from latent_explorer.gui.theme import Theme

Areas = list[tuple[str, str, str, str]]
Curves = list[tuple[RocCurve, str]]


def above_words(judged: JudgedSets, words: ScoreWords, threshold: float, other: str) -> str:
    """A text on the images above a threshold. other: the name of the second set, if there is one."""
    own, others = judged.own(words.name), judged.known(OTHER, words.name)
    if not len(own):
        return "Nothing is judged yet."
    which = "test" if len(judged.numbers[TEST]) else "training"
    count = int(np.count_nonzero(own > threshold))
    said = f"Above {written(threshold)} {words.unit} lie {count:,} of {len(own):,} {which} images"
    return f"{said} and {np.mean(others > threshold):.1%} of {other}." if len(others) and other else f"{said}."


def set_words(opened: ImageSetOpened) -> str:
    """A description of a second set."""
    count, total = opened.count, opened.all_images
    some = f"{count:,} of {total:,} images" if count < total else f"{count:,} images"
    changed = f", {opened.note}" if opened.note else ""
    compared = f" Scores that are not chosen are compared on {COMPARED:,} of them." if count > COMPARED else ""
    return f"{some}{changed}.{compared}"


def compared(judged: JudgedSets, told: ScoresTold, chosen: str, theme: Theme) -> tuple[Areas, Curves]:
    """A line for each score with a known AUROC; the curves of the chosen score, the baselines and misled scores."""
    colours = iter((theme.good, theme.poor, theme.text))
    areas, curves = Areas(), Curves()
    for each in told.scores:
        area = judged.area(each.name)
        if each.lacks or area is None:
            continue
        shown = each.name == chosen or each.baseline or (bool(each.misled) and area < 0.5)
        colour = theme.accent if each.name == chosen else next(colours, theme.faint) if shown else ""
        areas.append((each.title, f"{area:.4f}", colour, each.sentence))
        if shown:
            curves.append((roc_curve(judged.own(each.name), judged.known(OTHER, each.name)), colour))
    return areas, curves


def misled_words(judged: JudgedSets, told: ScoresTold) -> str:
    """A warning if a score prefers the wrong data, with the corrected score; empty if none does."""
    mended = next(each for each in told.scores if each.name == told.mended)
    better = judged.area(mended.name)
    for each in told.scores:
        area = judged.area(each.name)
        if each.misled and area is not None and area < 0.5:
            beside = "" if better is None else f" {mended.title}: AUROC {better:.3f}."
            return f"{each.title}, AUROC {area:.3f}: it prefers the wrong data. {each.misled}{beside}"
    return ""
