"""What one bid can sell, and for how much: one quantity at a time."""

from __future__ import annotations

from fractions import Fraction

from tests.sourcing.oracle.reading import MILLION, Bid, Rule, Tier, World


def in_time(world: World, bid: Bid) -> int | None:
    """Units that a bid can deliver when its item needs them, None: any number."""
    needed_by = world.items[bid.item].needed_by
    if not bid.deliveries:
        return 0 if needed_by is not None and bid.lead_days > needed_by else None
    return sum(units for day, units in bid.deliveries if needed_by is None or day + bid.lead_days <= needed_by)


def fewest(bid: Bid) -> int:
    """The smallest quantity that the bid itself allows."""
    if bid.package:
        return bid.most
    return packed(bid, max(1, bid.least, bid.tiers[0].first))


def packed(bid: Bid, units: int) -> int:
    """Units rounded up to packs."""
    return -(-units // bid.pack) * bid.pack


def most(world: World, bid: Bid) -> int:
    """Most units of a bid."""
    limits = [limit for limit in (bid.most, in_time(world, bid)) if limit is not None]
    item = world.items[bid.item]
    if not limits and item.most is None:
        return max(packed(bid, units) for units in (item.units, bid.tiers[-1].first, fewest(bid)))
    units = min(limits, default=item.most)
    return units if bid.package else units - units % bid.pack


def faults(world: World, bid: Bid) -> set[str]:
    """Rules for which nothing of a bid can be bought."""
    together = [one for one in world.bids if (one.supplier, one.package) == (bid.supplier, bid.package)]
    return set().union(*(own_faults(world, one) for one in (together if bid.package else [bid])))


def own_faults(world: World, bid: Bid) -> set[str]:
    """The same, whatever else is in its package."""
    found = set()
    if world.suppliers[bid.supplier].blocked:
        found.add("suppliers.blocked")
    if bid.expired:
        found.add("bids.valid_until")
    if most(world, bid) < fewest(bid):
        found.add("bids.lead_time_days")
    return found


def quantities(world: World, bid: Bid) -> list[int]:
    """Every number of units above 0 that can be bought; all or nothing in packages."""
    if faults(world, bid):
        return []
    top = most(world, bid)
    return [top] if bid.package else list(range(fewest(bid), top + 1, bid.pack))


def tiers(bid: Bid, units: int) -> list[Tier]:
    """The tier of each single unit."""
    if bid.incremental:
        return [_tier(bid, number) for number in range(1, units + 1)]
    return [_tier(bid, units)] * units


def _tier(bid: Bid, number: int) -> Tier:
    reached = [tier for tier in bid.tiers if tier.first <= number]
    return reached[-1] if reached else bid.tiers[0]


def spend(bid: Bid, units: int) -> int:
    """Money for units of a bid."""
    return sum(round(tier.price) for tier in tiers(bid, units))


def adjustment(world: World, bid: Bid, units: int) -> int:
    """What adjustments add to the objective for the units of a bid."""
    rules = [rule for rule in world.rules if rule.kind == "adjust"]
    about = [rule for rule in rules if bid.supplier in rule.suppliers and bid.item in rule.items]
    per_unit = {tier: sum(_added(world, rule, tier.price) for rule in about) for tier in bid.tiers}
    return sum(per_unit[tier] for tier in tiers(bid, units))


def _added(world: World, rule: Rule, price: Fraction) -> int:
    return round((rule.amount or Fraction(0)) * world.unit) + round(price * Fraction(rule.share or 0, MILLION))
