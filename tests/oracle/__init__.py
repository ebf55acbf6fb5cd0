"""The tests' own oracle: a second reading of docs/model.md that shares no code with the product.

Nothing here may import `optimizer` or `network` (a test parses the imports): the oracle reads the network directory
itself, counts in fractions and integers, formulates with PuLP and CBC, and so can only agree with the product when
both read the contract the same way.
"""
