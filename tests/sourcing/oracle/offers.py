"""What one bid can sell, and for how much: one quantity at a time."""

from __future__ import annotations

from fractions import Fraction

from tests.sourcing.oracle.reading import MILLION, Bid, Rule, World


def in_time(world: World, bid: Bid) -> int | None:
    """Units that a bid can deliver when its item needs them, None: any number."""
    needed_by = world.items[bid.item].needed_by
    if not bid.deliveries:
        return 0 if needed_by is not None and bid.lead_days > needed_by else None
    return sum(units for day, units in bid.deliveries if needed_by is None or day + bid.lead_days <= needed_by)


def fewest(bid: Bid) -> int:
    """The smallest quantity that the bid itself allows."""
    least = max(1, bid.least, bid.tiers[0][0])
    return -(-least // bid.pack) * bid.pack


def most(world: World, bid: Bid) -> int:
    """Most units of a bid."""
    limits = [limit for limit in (bid.most, in_time(world, bid)) if limit is not None]
    if limits:
        units = min(limits)
        return units if bid.package else units - units % bid.pack
    item = world.items[bid.item]
    if item.most is not None:
        return item.most - item.most % bid.pack
    return max(-(-item.units // bid.pack) * bid.pack, bid.tiers[-1][0], -(-bid.least // bid.pack) * bid.pack)


def faults(world: World, bid: Bid) -> set[str]:
    """Rules for which nothing of a bid can be bought."""
    found = set()
    if world.suppliers[bid.supplier].blocked:
        found.add("suppliers.blocked")
    if bid.expired:
        found.add("bids.valid_until")
    units = in_time(world, bid)
    if units is not None and units < fewest(bid):
        found.add("bids.lead_time_days")
    return found


def quantities(world: World, bid: Bid) -> list[int]:
    """Every number of units above 0 that can be bought; all or nothing in packages."""
    if faults(world, bid):
        return []
    top = most(world, bid)
    allowed = [units for units in range(max(1, bid.least, bid.tiers[0][0]), top + 1) if units % bid.pack == 0]
    return [units for units in allowed if units == top] if bid.package else allowed


def prices(bid: Bid, units: int) -> list[int]:
    """Money for each single unit."""
    if bid.incremental:
        return [_tier_price(bid, number) for number in range(1, units + 1)]
    return [_tier_price(bid, units)] * units


def _tier_price(bid: Bid, number: int) -> int:
    reached = [price for first, price in bid.tiers if first <= number]
    return reached[-1] if reached else bid.tiers[0][1]


def adjustment(world: World, bid: Bid, units: int) -> int:
    """What adjustments add to the objective for the units of a bid."""
    per_price = {price: 0 for _, price in bid.tiers}
    for rule in world.rules:
        if rule.kind == "adjust" and bid.supplier in rule.suppliers and bid.item in rule.items:
            for price in per_price:
                per_price[price] += _added(world, rule, price)
    return sum(per_price[price] for price in prices(bid, units))


def _added(world: World, rule: Rule, price: int) -> int:
    return round((rule.amount or Fraction(0)) * world.unit) + round(Fraction(price * (rule.share or 0), MILLION))
