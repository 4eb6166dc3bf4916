"""The responsiveness of the window while studies and curves are computed, and the time to learn from a label."""

import time
from typing import cast

import numpy as np

from latent_explorer.analysis.anomaly import SCORES
from latent_explorer.analysis.few_labels.drawing import at_random
from latent_explorer.bench.hover_bench import HoverTimes, hover_times, hover_while
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bench.walking import walking
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.studies.anomalies.study import AnomalyStudy
from latent_explorer.gui.studies.few_labels.labelling import Labelling
from latent_explorer.gui.studies.study import Study
from latent_explorer.points.splat import wait_for_compiled

_USUAL = "mnist-ae-16d"
_MOVES = 1000
LABELS = 40
_PATIENCE = 120.0


def measure_studies(model: str | None = None, moves: int = _MOVES, labels: int = LABELS) -> dict[str, Measure]:
    """Hover while neighbours, scores and geodesics are computed, compared with the same window at rest.

    while_neighbours: of all images, for few labels; while_judged: anomaly scores; while_walked: geodesics and
    same-class paths, one after the other, on their grid or graph. label_to_lesson: from a label until the result is
    shown, compared with scikit-learn's logistic regression on the same latents. first_suggestion: from opening the
    panel until an image to label is suggested, compared with the time until all neighbours are known.
    """
    model = model or _USUAL
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        wait_for_compiled()
        rest = hover_times(person, moves)
        walked = _while_walked(person, moves)
        neighbours, first, whole = _while_neighbours(person)
        lessons = lesson_times(person, labels)
        judged = _while_judged(person, moves)
    plain = answer_of("latent_explorer.bench.labels_baseline", folder_to_open(model, Settings()), labels)
    busy = {"while_neighbours": neighbours, "while_judged": judged, "while_walked": walked}
    return {
        **{f"hover_{name}": Measure.of(times.exact).beside("at_rest", rest.exact) for name, times in busy.items()},
        "label_to_lesson": Measure.of(lessons).beside("logistic", plain),
        "first_suggestion": Measure.of([first]).beside("neighbours", [whole]),
    }


def _while_neighbours(person: Person) -> tuple[HoverTimes, float, float]:
    """Hover until all neighbours are known; also the milliseconds to the first suggestion, and to all neighbours."""
    began = time.perf_counter()
    study = cast(Labelling, person.window.workbench.show_study("few-labels"))
    suggested = list[float]()

    def told(*_: object) -> None:
        if study.learner.following >= 0 and not suggested:
            suggested.append(1000 * (time.perf_counter() - began))

    study.learner.told.connect(told)
    ends = began + _PATIENCE
    times = hover_while(person, lambda: _is_at_work(study) and time.perf_counter() < ends, 0)
    person.wait_until(lambda: bool(suggested), _PATIENCE)
    study.learner.told.disconnect(told)
    return times, suggested[0], 1000 * (time.perf_counter() - began)


def lesson_times(person: Person, labels: int) -> list[float]:
    """Milliseconds from each label until its result is shown, without those before there are two classes."""
    study = cast(Labelling, person.window.workbench.show_study("few-labels"))
    person.wait_until(lambda: not _is_at_work(study), _PATIENCE)
    bundle, times = person.bundle, list[float]()
    assert bundle.latents.label is not None
    train = np.flatnonzero(bundle.latents.split == 0)
    drawn = at_random(bundle.latents.label, train, labels, len(bundle.class_names), 0)
    for image, label in zip(drawn.numbers.tolist(), drawn.classes.tolist(), strict=True):
        before, began = study.lesson, time.perf_counter()
        study.label((image,), label)
        if len({label for _, label in study.labels.of}) > 1:
            person.wait_until(lambda known=before: study.lesson is not known, _PATIENCE)  # type: ignore[misc]
            times.append(1000 * (time.perf_counter() - began))
        person.wait(0.05)
    return times[len(bundle.class_names) :]  # the first label of each class starts over


def _while_judged(person: Person, moves: int) -> HoverTimes:
    """Hover while images are scored by one score after the other, until all are done or there were enough moves."""
    study = cast(AnomalyStudy, person.window.workbench.show_study("anomalies"))
    person.wait_until(lambda: bool(study.score), _PATIENCE)
    config, left = person.bundle.config, iter(range(moves, -1, -1))
    can = {"encodes": config.encodes, "decodes": config.decodes, "varies": False}
    names = [name for name, score in SCORES.items() if not score.lacks(**can) and name != study.score]

    def going() -> bool:
        if not _is_at_work(study) and names:
            study.choose_score(names.pop(0))
        return next(left) > 0 and _is_at_work(study)

    times = hover_while(person, going)
    study.halt()
    return times


def _while_walked(person: Person, moves: int) -> HoverTimes:
    """Hover while geodesics and same-class paths are computed continuously."""
    frames, left = person.pane.path_frames, iter(range(moves, -1, -1))
    with walking(person) as walk:

        def going() -> bool:
            if not frames.work:
                walk()
            return next(left) > 0

        return hover_while(person, going)


def _is_at_work(study: Study) -> bool:
    return next(iter(study.work), None) is not None
