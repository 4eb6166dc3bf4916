"""The aligner's process: `python -m latent_explorer.alignment`, requests on standard input, replies on its output."""

import os

from latent_explorer.service.background import become_server


def main() -> None:
    """Serve until the other side is gone."""
    replies = become_server("aligner", niceness=15)
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(name, "1")  # the matrices are narrow: threads would wait far longer than they work

    from latent_explorer.alignment.protocol import ALIGNING
    from latent_explorer.alignment.serve import serve
    from latent_explorer.service.server import Server, channel_of

    serve(channel_of(Server(ALIGNING, replies)))


if __name__ == "__main__":
    main()
