"""The film of a training run, its map from snapshot to snapshot; torch is imported by the modules, not by the room."""
