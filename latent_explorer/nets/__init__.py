"""The families of networks, free of file input and output; torch is imported by the modules, not by the room."""

import os

from latent_explorer.nets.spec import NetSpec

__all__ = ["NetSpec"]

# Read once, when torch is loaded: whoever imports torch beside this room does so after it. Idle threads that sleep
# rather than spin: beside one busy neighbour on two cores, training was nine times as fast.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
