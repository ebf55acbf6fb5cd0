"""Timings and comparisons; only ``counterpoise bench`` imports this. How to read them: docs/benchmarks.md."""
