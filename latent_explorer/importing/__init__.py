"""Models from other programs made into bundles: the type of a file, its source, and the bundle written whole."""
