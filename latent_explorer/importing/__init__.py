"""Models of other programs made into bundles: what a file is, what fits it, and the bundle written whole."""
