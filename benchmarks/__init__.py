"""Timings and comparisons; nothing imports this."""
