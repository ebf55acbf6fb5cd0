"""The names that others may import."""

import network


def test_the_facade_lists_its_names_in_order_and_has_them_all() -> None:
    """Sorted, without repeats, and all there."""
    assert list(network.__all__) == sorted(set(network.__all__))
    assert all(hasattr(network, name) for name in network.__all__)
