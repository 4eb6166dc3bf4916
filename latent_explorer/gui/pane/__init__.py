"""One model on one canvas."""
