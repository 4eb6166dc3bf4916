"""Which device trains, and the processes that train together."""
