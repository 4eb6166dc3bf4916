"""The engine's process: `python -m latent_explorer.engine` reads requests from stdin and writes replies to stdout."""

import os
import sys

from latent_explorer.lean_imports import without
from latent_explorer.service.background import become_server


def main() -> None:
    """Serve until the other side closes the pipe."""
    replies = become_server("engine", niceness=10)
    sys.setswitchinterval(0.0005)  # a hover must not wait 5 ms for the thread that indexes the dataset

    from latent_explorer.engine.handlers import ENGINE
    from latent_explorer.service.server import Server, channel_of

    channel = channel_of(Server(ENGINE, replies))

    # Symbolic shapes, for compilers, and CUDA's Python bindings: a quarter of torch's import time.
    with without("torch._meta_registrations", "cuda.bindings"):
        import torch

    from latent_explorer.engine.loop import serve

    torch.set_num_threads(max(1, ((os.cpu_count() or 1) - 1) // 2))
    serve(channel)


if __name__ == "__main__":
    main()
