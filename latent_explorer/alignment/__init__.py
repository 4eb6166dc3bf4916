"""Two latent spaces side by side: anchors, the translators fitted on them, and how similar the spaces are."""
