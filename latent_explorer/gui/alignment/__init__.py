"""Two linked maps: anchors, translation between them, and its display."""
