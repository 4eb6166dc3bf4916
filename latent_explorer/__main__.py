"""The command `latent-explorer`, as `python -m latent_explorer`."""

from latent_explorer.cli import main

if __name__ == "__main__":
    main()
