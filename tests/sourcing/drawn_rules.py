"""Business rules at random, as rows of the table `rules`."""

from __future__ import annotations

from typing import Any

import numpy as np

Row = dict[str, Any]

WHO = ("supplier_id", "supplier_group", "incumbents", "all", "all")
WHAT = ("item_id", "item_group", "all", "all")


def drawn_rules(rng: np.random.Generator, items: list[Row], suppliers: list[Row], given: list[Row] | None) -> list[Row]:
    """Rows of `rules`: one for each row that is given, with its columns; one to three of any kind for None."""
    rows = [{} for _ in range(int(rng.integers(1, 4)))] if given is None else given
    return [{"rule_id": f"R{number + 1}"} | _rule(rng, items, suppliers, row) for number, row in enumerate(rows)]


def _rule(rng: np.random.Generator, items: list[Row], suppliers: list[Row], given: Row) -> Row:
    """One rule: about whom, about what, and by how much, but for the columns that are given."""
    about = _about(rng, items, suppliers)
    kind = given.get("kind") or str(rng.choice(["limit", "consistent", "adjust"], p=[0.7, 0.1, 0.2]))
    if kind == "adjust":
        return about | _adjustment(rng) | given | {"kind": kind}
    priced: Row = {"violation_price": float(rng.integers(1, 30))} if rng.random() < 0.5 else {}
    if kind == "consistent":
        return about | priced | {"amount": float(rng.choice([0, 0.1, 0.25, 0.5]))} | given | {"kind": kind}
    return about | priced | _limit(rng, items, given) | given | {"kind": kind}


def _about(rng: np.random.Generator, items: list[Row], suppliers: list[Row]) -> Row:
    """Columns that name suppliers and items; now and then two of them."""
    row: Row = {}
    for column in {str(rng.choice(WHO)), str(rng.choice(WHO)) if rng.random() < 0.15 else "all"}:
        if column == "supplier_id":
            row[column] = str(rng.choice([supplier["supplier_id"] for supplier in suppliers]))
        elif column == "supplier_group":
            row[column] = str(rng.choice([supplier["supplier_group"] for supplier in suppliers]))
        elif column == "incumbents":
            row[column] = True
    column = str(rng.choice(WHAT))
    if column != "all":
        row[column] = str(rng.choice([item[column] for item in items]))
    return row


def _adjustment(rng: np.random.Generator) -> Row:
    """A bonus or a penalty per unit, of the price, or both."""
    row: Row = {}
    if rng.random() < 0.6:
        row["share"] = float(rng.choice([-0.1, -0.03, 0.05, 0.25]))
    if not row or rng.random() < 0.4:
        row["amount"] = float(rng.choice([-1.5, -0.5, 0.75, 3]))
    return row


def _limit(rng: np.random.Generator, items: list[Row], given: Row) -> Row:
    """Sense, measure, for whom, and an amount that is neither out of reach nor idle, or a share."""
    measure = given.get("measure") or str(rng.choice(["lots", "spend", "volume", "winners"]))
    per = given.get("per") or str(rng.choice(["all", "all", "supplier", "item", "supplier_item"]))
    row: Row = {"sense": str(rng.choice(["at_least", "at_most", "at_most", "exactly"], p=[0.3, 0.3, 0.3, 0.1]))}
    row |= {"measure": measure, "per": per, "if_winning": bool(rng.random() < 0.3)}
    if "amount" in given or "share" in given:
        return row
    if measure != "winners" and rng.random() < 0.4:
        return row | {"share": float(rng.choice([0.2, 0.25, 0.3, 0.5, 0.7, 0.75]))}
    units = sum(item["units"] for item in items) / (1 if per == "all" else 3)
    amount = {"lots": len(items) / 2, "winners": 2, "volume": units, "spend": units * 10}[measure] * rng.uniform(
        0.2, 1.2
    )
    return row | {"amount": float(round(amount, 2) if measure == "spend" else max(0, round(amount)))}
