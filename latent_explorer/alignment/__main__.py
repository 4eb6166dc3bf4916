"""The aligner's process: `python -m latent_explorer.alignment`, requests on standard input, replies on its output."""

from latent_explorer.service.background import become_server


def main() -> None:
    """Serve until the other side is gone."""
    replies = become_server("aligner", niceness=10)

    from latent_explorer.alignment.protocol import ALIGNING
    from latent_explorer.alignment.serve import serve
    from latent_explorer.service.server import Server, channel_of

    serve(channel_of(Server(ALIGNING, replies)))


if __name__ == "__main__":
    main()
