"""A long wander through the real window: `python -m … MODEL SECONDS` prints its memory, in MiB, every half minute."""

import sys

from latent_explorer.bench.frames import play
from latent_explorer.bench.frames_scene import resident_mib
from latent_explorer.bench.person import person_at_a_window
from latent_explorer.bench.wander import Hand
from latent_explorer.gui.app import collect_garbage_here

_EVERY = 30.0
_CACHE_BYTES = 32 * 2**20  # soon full, so that what still grows afterwards is a leak


def main(model: str, seconds: str) -> None:
    """Wander, and say after each half minute what the window and its engine hold."""
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        person.window.pane.feed.cache.limit = _CACHE_BYTES
        keep = collect_garbage_here()
        inputs = Hand(person.canvas).wander()
        for _ in range(round(float(seconds) / _EVERY)):
            play(inputs, _EVERY)
            print(resident_mib(person.window), flush=True)
        keep.stop()


if __name__ == "__main__":
    main(*sys.argv[1:3])
