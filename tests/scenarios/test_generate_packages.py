"""Generated events of packages: the same by seed, awardable, read back as they were written."""

import numpy as np
import pytest

from network.events import read_event
from optimizer.award import award_of
from optimizer.certificate.awards import certify_award
from scenarios.generate.packages import (
    PACKAGE_SIZES,
    STRUCTURES,
    PackageRules,
    PackageShape,
    generate_packages,
    main,
)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("size", ["XS", "S"])
def test_one_award_keeps_every_rule(structure, size):
    """The first packages, up to the one that completes the items."""
    event = generate_packages(size, structure, 2, PackageRules(winner_limit=True, partition=True))
    bids = event.bids
    missing, units, row = set(range(len(event.items))), np.zeros(len(bids), dtype=np.int64), 0
    while missing:
        missing.remove(int(bids.item[row]))
        units[row] = bids.max_units[row]
        row += 1
    assert certify_award(event, award_of(units)).valid


@pytest.mark.parametrize("structure", STRUCTURES)
def test_packages_have_distinct_items_of_one_supplier(structure):
    """And as many packages as asked for, of 1 to 10 items."""
    shape = PACKAGE_SIZES["S"]
    event = generate_packages(shape, structure, 5)
    package = np.unique(event.bids.package_id.astype(str), return_inverse=True)[1]
    size = np.bincount(package)
    assert len(size) == shape.bids
    assert (size.min(), size.max()) == (1, 10)
    assert len(np.unique(package * 1000 + event.bids.item)) == len(package)
    assert len(np.unique(package * 1000 + event.bids.supplier)) == shape.bids
    assert np.all(event.bids.max_units == event.items.units[event.bids.item])


def test_rules_change_no_package():
    """The same packages, at the same prices."""
    plain = generate_packages("XS", "regional", 7)
    ruled = generate_packages("XS", "regional", 7, PackageRules(winner_limit=True, penalty=True, partition=True))
    assert (len(plain.rules), len(ruled.rules)) == (0, 2)
    for name in ("item", "supplier", "unit_price", "max_units", "package_id"):
        np.testing.assert_array_equal(getattr(plain.bids, name), getattr(ruled.bids, name))
    assert not np.array_equal(plain.bids.unit_price, generate_packages("XS", "regional", 8).bids.unit_price)


def test_the_command_writes_what_the_function_makes(tmp_path, capsys):
    """As CSV."""
    main(
        [
            str(tmp_path / "event"),
            "--size",
            "XS",
            "--structure",
            "random",
            "--seed",
            "3",
            "--winner-limit",
            "--format",
            "csv",
        ]
    )
    assert "60 packages" in capsys.readouterr().out
    read, warnings = read_event(tmp_path / "event")
    made = generate_packages("XS", "random", 3, PackageRules(winner_limit=True))
    assert not warnings
    np.testing.assert_array_equal(read.bids.unit_price, made.bids.unit_price)
    np.testing.assert_array_equal(read.bids.package_id, made.bids.package_id)
    np.testing.assert_array_equal(read.rules.amount, made.rules.amount)


def test_too_few_packages_for_the_items():
    """Said with the fix."""
    with pytest.raises(ValueError, match="give more bids or fewer items"):
        PackageShape(4, 10)
    with pytest.raises(ValueError, match="items is 0"):
        PackageShape(4, 0)
