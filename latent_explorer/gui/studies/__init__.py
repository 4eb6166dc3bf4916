"""What a model knows, asked of the active map: panels with their controllers, one file and one entry each."""
