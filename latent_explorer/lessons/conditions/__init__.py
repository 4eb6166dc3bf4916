"""What a step may wait for: one file and one entry each."""
