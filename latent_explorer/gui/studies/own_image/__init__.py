"""One's own image: drawn, dropped or pasted, and where it is on the map."""
