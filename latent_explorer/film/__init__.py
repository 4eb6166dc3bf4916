"""The film of a training run, its map from snapshot to snapshot; the modules import torch, the room does not."""
