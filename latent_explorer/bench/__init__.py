"""The benchmarks of `bench`, their baselines, and the simulated user that drives the real window."""
