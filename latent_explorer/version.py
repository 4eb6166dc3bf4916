"""The version of the program. Import it from here, not from the package, which is above every room."""

__version__ = "0.1.0"
