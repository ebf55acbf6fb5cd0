"""One module for each case of ``counterpoise bench``; see `benchmarks.registry`."""
