"""What events mean, read a second time from docs/sourcing.md alone: nothing of the product is imported here."""
