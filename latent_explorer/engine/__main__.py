"""The engine's process: `python -m latent_explorer.engine`, requests on standard input, replies on standard output."""

import logging
import os
import signal
import sys


def main() -> None:
    """Serve until the other side is gone."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not fall between the replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the window, which then ends us
    if hasattr(os, "nice"):
        os.nice(10)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.WARNING, format="engine: %(message)s")
    sys.setswitchinterval(0.0005)  # while a survey is prepared in its thread, a hover must not wait 5 ms for its turn

    from latent_explorer.engine.channel import pipe_channel

    channel = pipe_channel(sys.stdin.buffer, replies)

    import torch

    from latent_explorer.engine.loop import serve

    torch.set_num_threads(max(1, ((os.cpu_count() or 1) - 1) // 2))
    serve(channel)


if __name__ == "__main__":
    main()
