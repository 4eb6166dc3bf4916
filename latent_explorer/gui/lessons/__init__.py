"""Lessons in the window: their panel, what is asked of the maps to see that a step was done, the picture at the end."""
