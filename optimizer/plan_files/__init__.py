"""Plans as directories: written, read back, and completed where a person left something out."""
