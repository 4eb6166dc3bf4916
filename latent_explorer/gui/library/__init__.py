"""The list of bundles with pictures and figures, for opening, renaming, copying and deleting."""
