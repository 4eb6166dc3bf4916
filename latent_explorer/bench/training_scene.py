"""A run in the window while a hand wanders over its map."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latent_explorer.bench.person import Person
from latent_explorer.runs.plan import Plan

_PATIENCE = 120.0
_EPOCHS = 200  # more than are seen: the run goes on as long as one looks


@contextmanager
def training_under_way(person: Person) -> Iterator[None]:
    """Train the network that the panel offers first, its newest moment on the map; nothing of the run is left."""
    window = person.window
    with tempfile.TemporaryDirectory() as folder:
        window.workbench.trainer.folder = Path(folder)
        window.workbench.docks.bring("Training")
        person.wait_until(lambda: window.workbench.training.is_made)
        window.workbench.training.setup.form.choose(epochs=_EPOCHS)
        plan: Plan = window.workbench.training.setup.form.plan
        window.workbench.trainer.begin(plan.to_job(Path(folder)))
        person.wait_until(lambda: window.pane.navigator.shown is not None and window.pane.ready, _PATIENCE)
        try:
            yield
        finally:
            window.workbench.trainer.stop(keep=False)
            person.wait_until(lambda: not window.workbench.trainer.busy, _PATIENCE)
