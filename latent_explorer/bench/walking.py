"""Computing paths continuously in the real window while something else is measured."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from PyQt6.QtCore import QTimer

from latent_explorer.bench.person import Person
from latent_explorer.session import Route

_LOOK_MS = 10


@contextmanager
def walking(person: Person) -> Iterator[Callable[[], None]]:
    """A context with a function that requests another geodesic or same-class path; the path is removed at the end."""
    session, random = person.pane.session, np.random.default_rng(0)
    assert session is not None
    latents, label = session.bundle.latents.mean, session.bundle.latents.label

    def walk() -> None:
        number = int(random.integers(10**6))
        curve = "geodesic" if label is None or number % 2 else "same_class"
        among = np.arange(len(latents)) if label is None else np.flatnonzero(label == number % (1 + int(label.max())))
        start, end = (tuple(latents[image].tolist()) for image in random.choice(among, 2))
        session.draw(Route(start, end, curve, 48, "even"))

    walk()
    try:
        yield walk
    finally:
        session.draw(None)


@contextmanager
def paths_under_way(person: Person) -> Iterator[None]:
    """A context in which paths are computed continuously, after the first one, which makes grid and graph."""
    frames = person.pane.path_frames
    with walking(person) as walk:
        person.wait_until(lambda: not frames.work)
        timer = QTimer()
        timer.timeout.connect(lambda: None if frames.work else walk())
        timer.start(_LOOK_MS)
        try:
            yield
        finally:
            timer.stop()
