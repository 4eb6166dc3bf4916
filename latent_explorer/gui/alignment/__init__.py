"""Two maps linked: anchors, what is translated between them, and what shows it."""
