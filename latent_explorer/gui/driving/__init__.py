"""The real window driven by real mouse and key events: the tour and the benchmarks."""
