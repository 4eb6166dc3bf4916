"""The version of the program; whoever asks for it imports this, and not the package, which stands above every room."""

__version__ = "0.1.0"
