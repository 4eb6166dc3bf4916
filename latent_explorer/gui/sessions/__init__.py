"""Sessions as files: saved, opened, and what of a map can be copied as a command or as Python."""
