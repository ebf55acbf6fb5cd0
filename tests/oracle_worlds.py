"""Small worlds in the oracle's words: nodes A to D, SKU P unless said otherwise."""

from dataclasses import replace
from fractions import Fraction

from tests.oracle.asked import Asked
from tests.oracle.directory import Alert, Directory, Lane, Lot, NodeLimits, Position, Product
from tests.oracle.price_tables import PriceRow, PriceTables


def product(price="10", salvage="2", weight="1", pack=1, **more) -> Product:
    """A product that sells at 10, is worth 2 at the end and weighs 1 kg unless said otherwise."""
    return Product(Fraction(weight), Fraction(price), Fraction(salvage), pack, **more)


def lane(lane_id: str, *, days=0, fixed="0", per_unit="0", per_kg="0", capacity=None, **limits) -> Lane:
    """A lane named ``origin>destination``, with a suffix after a colon where it is not the only one."""
    origin, destination = lane_id.split(":", maxsplit=1)[0].split(">")
    limits = {"max_dispatches": None, "min_line_units": 0, "min_dispatch_kg": Fraction(0)} | limits
    capacity_kg = None if capacity is None else Fraction(capacity)
    return Lane(
        lane_id, origin, destination, days, Fraction(fixed), Fraction(per_unit), Fraction(per_kg), capacity_kg, **limits
    )


def position(
    on_hand, demand, *, reserved=0, safety=0, in_transit=0, day=0, holding="0", penalty="0", std="0", ready=0
) -> Position:
    """A stock row."""
    amounts = (Fraction(demand), Fraction(holding), Fraction(penalty), Fraction(std))
    return Position(on_hand, reserved, safety, in_transit, day, *amounts, ready)


def lot(node, units, expiry_day) -> Lot:
    """Units of SKU P that expire together."""
    return Lot(node, "P", units, expiry_day)


def world(
    lanes, stock, *, transit="", products=None, alerts=None, horizon=10, decimals=2, limits=None, asked=None, **more
) -> Directory:
    """A directory of nodes A to D; `transit` names those that pass units on; SKU P unless a stock key names another.

    `asked` is what a request asks, by its names in `Asked`; every node is a store.
    """
    stock = {(key if isinstance(key, tuple) else (key, "P")): row for key, row in stock.items()}
    skus = sorted({sku for _, sku in stock})
    return Directory(
        horizon_days=horizon,
        money_decimals=decimals,
        transit={node: node in transit for node in "ABCD"},
        products={sku: (products or {}).get(sku, product()) for sku in skus},
        lanes={item.lane_id: item for item in lanes},
        stock=stock,
        alerts=tuple(Alert("shortage", "A", sku, None, None, must_serve=False) for sku in skus)
        if alerts is None
        else alerts,
        stores=frozenset("ABCD"),
        limits={node: NodeLimits(**most) for node, most in (limits or {}).items()},
        asked=Asked(**(asked or {})),
        **more,
    )


def must(kind, node, units, needed_by=None) -> Alert:
    """A hard demand for SKU P."""
    return Alert(kind, node, "P", units, needed_by, must_serve=True)


def alert(kind, node, severity, sku="P", name="") -> Alert:
    """An alert that demands nothing."""
    return Alert(kind, node, sku, None, None, must_serve=False, alert_id=name, severity=severity)


def price_row(sku="", category="", zone="", name="", **cells) -> PriceRow:
    """A row of a table about prices: its number cells by name."""
    return PriceRow(sku, category, zone, {column: Fraction(cell) for column, cell in cells.items()}, name)


def prices(*rungs, **tables) -> PriceTables:
    """Tables about prices: a ladder of these rungs for every SKU and zone, and other tables as tuples of rows."""
    ladder = tuple(price_row(rung=number + 1, price=price) for number, price in enumerate(rungs))
    return PriceTables(ladders=ladder, **tables)


def market(stock, tables, *, zones="A", periods=2, lanes=(), **more) -> Directory:
    """A world of `periods` periods in which the nodes named in `zones` are in a zone of their own each."""
    directory = world(list(lanes), stock, **more)
    return replace(directory, zones={node: f"Z{node}" for node in zones}, periods=periods, prices=tables)
