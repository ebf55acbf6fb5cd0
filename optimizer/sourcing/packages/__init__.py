"""Events that are mostly packages: covering items by all-or-nothing offers, with few winners."""
