"""What the map shows, one file a layer."""
