"""The device that trains, and the processes that train together."""
