"""Studies of a model on the active map: panels with controllers, one file and one entry each."""
