"""The export dialog for all kinds of content, based on the registry of formats."""
