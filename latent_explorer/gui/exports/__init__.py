"""The export dialog: one for every kind of thing, driven by the registry of formats."""
