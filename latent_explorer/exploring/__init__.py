"""A model of the caller's: found out how it is called, and shown in a window that this process serves."""
