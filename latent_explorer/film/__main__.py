"""The trainer's process, which trains and makes films: requests on its input, replies on its output.

It is started from this room, because `training` knows nothing of films.
"""

from latent_explorer.service.background import become_server


def main() -> None:
    """Serve until the other side is gone, then end at once: saved files are complete."""
    replies = become_server("trainer", niceness=19)

    from latent_explorer.runs.protocol import TRAINER
    from latent_explorer.service.server import Server
    from latent_explorer.training.serve import Inbox, serve

    server = Server(TRAINER, replies)
    inbox = Inbox(server.send)
    server.listen(inbox.hear)

    from latent_explorer.film.making import make_film

    serve(inbox, server.send, make_film)


if __name__ == "__main__":
    main()
