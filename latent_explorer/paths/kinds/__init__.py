"""The curves, one file each; their entries are in `registry`."""
