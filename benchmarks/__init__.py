"""Benchmarks: one module per figure in the README, run as `python -m benchmarks.NAME`."""
