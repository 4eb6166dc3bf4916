"""Fields as layers of the map: their tiles, colours, scale and words."""
