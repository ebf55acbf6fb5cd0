"""What bids, rules and failures mean in exact integers: shared by the builder and the certificate of awards.

docs/sourcing.md is the page that these files read.
"""
