"""What is wrong with rules: those that say nothing, contradict themselves or are about nobody."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events.tables import Measure, RuleKind, Sense
from network.parsing import Parsed
from network.problems import ProblemLog, first_rows
from network.row_reports import Reporter
from network.validation import Tables

_OF_LIMITS: Final = ("sense", "measure", "per", "if_winning")
"""Columns that only limits have."""


def check_rules(tables: Tables, log: ProblemLog) -> None:
    """Report rules that say nothing or two things; warn of cells that do nothing."""
    rules = tables["rules"]
    if not rules.n_rows:
        return
    report = Reporter(rules, log)
    _check_names(report)
    kind = rules["kind"]
    _check_limits(report, kind == RuleKind.LIMIT)
    _check_consistencies(report, kind == RuleKind.CONSISTENT)
    _check_adjustments(report, kind == RuleKind.ADJUST)
    _check_scope(report, tables)


def _check_names(report: Reporter) -> None:
    """Refuse names that rules without an id get when another rule has them."""
    names, given = report.table["rule_id"], report.table.given["rule_id"]
    reported = pd.Series(names).where(given).duplicated().to_numpy() & given
    repeats = pd.Series(names).duplicated().to_numpy() & ~reported
    message = "the name {name} is that of row {first} too, one of them for want of a rule_id"
    first = first_rows(names, repeats)
    report.error("rule_id", "duplicate_id", repeats, message, "Give both a rule_id", name=names, first=first)


def _check_limits(report: Reporter, limits: NDArray[np.bool_]) -> None:
    rules = report.table
    given, amount, share, measure = rules.given, rules["amount"], rules["share"], rules["measure"]
    for column in ("sense", "measure"):
        message = f"{{row}} is a limit and has no {column}"
        fix = f"Write one of {', '.join(rules.table.column(column).choices)}"
        report.error(column, "empty", limits & ~given[column], message, fix)
    message, fix = "{row} is a limit and says neither amount nor share", "Give one of them"
    report.error("amount", "no_bound", limits & ~given["amount"] & ~given["share"], message, fix)
    both = limits & given["amount"] & given["share"]
    message, fix = "{row} has an amount of {value} and a share of {share}", "Keep one of them"
    report.error("amount", "two_bounds", both, message, fix, share=share)
    headcount = limits & given["share"] & (measure == Measure.WINNERS)
    message, fix = "{row} limits winners by a share of {value}", "Give an amount: a number of suppliers"
    report.error("share", "share_of_winners", headcount, message, fix)
    outside = limits & ((share < 0) | (share > 1))
    report.error("share", "out_of_range", outside, "the share {value} is not from 0 to 1", "Write 0.3 for 30 %")
    below = limits & (amount < 0)
    report.error("amount", "too_small", below, "the amount {value} of {row} is below 0", "Write 0 or more")
    counted = (measure == Measure.LOTS) | (measure == Measure.VOLUME) | (measure == Measure.WINNERS)
    broken = limits & counted & (amount != np.floor(amount)) & ~np.isnan(amount)
    message, fix = "{row} counts whole things and has the amount {value}", "Write a whole number"
    report.error("amount", "fractional", broken, message, fix)
    sense = rules["sense"]
    empty = (sense == Sense.AT_LEAST) & ((amount == 0) | (share == 0)) | (sense == Sense.AT_MOST) & (share == 1)
    message, fix = "{row} holds for every award", "Correct its bound, or remove it"
    report.warn("sense", "idle_rule", limits & empty & ~both, message, fix)


def _check_consistencies(report: Reporter, consistent: NDArray[np.bool_]) -> None:
    rules = report.table
    shared = consistent & rules.given["share"]
    message = "{row} is consistent and has a share of {value}; its tolerance is the amount"
    report.error("share", "idle_cell", shared, message, "Move it to amount, as a share from 0 to 1")
    amount = rules["amount"]
    outside = consistent & ((amount < 0) | (amount > 1))
    message, fix = "the tolerance {value} is not from 0 to 1", "Write 0.05 for 5 % of an item's units"
    report.error("amount", "out_of_range", outside, message, fix)
    _warn_of_idle_cells(report, consistent, _OF_LIMITS)


def _check_adjustments(report: Reporter, adjust: NDArray[np.bool_]) -> None:
    rules = report.table
    nothing = adjust & ~rules.given["amount"] & ~rules.given["share"]
    message, fix = "{row} adjusts by neither amount nor share", "Give one of them, or both"
    report.error("amount", "no_adjustment", nothing, message, fix)
    zero = adjust & ~nothing & (np.nan_to_num(rules["amount"]) == 0) & (np.nan_to_num(rules["share"]) == 0)
    report.warn("amount", "idle_rule", zero, "{row} adjusts by 0", "Correct it, or remove it")
    _warn_of_idle_cells(report, adjust, (*_OF_LIMITS, "violation_price"))


def _warn_of_idle_cells(report: Reporter, rows: NDArray[np.bool_], columns: tuple[str, ...]) -> None:
    for column in columns:
        said = rows & report.table.given[column] & (report.table[column] != report.table.table.column(column).default)
        message = f"{{row}} has the {column} {{value}}, which rules of its kind do not use"
        report.warn(column, "idle_cell", said, message, "Leave the cell empty")


def _check_scope(report: Reporter, tables: Tables) -> None:
    """Refuse groups that nobody is in; warn of rules whose columns together match nothing."""
    rules, suppliers, items = report.table, tables["suppliers"], tables["items"]
    matches = np.ones((2, rules.n_rows), dtype=np.bool_)
    for side, (table, column) in enumerate(((suppliers, "supplier_group"), (items, "item_group"))):
        known = set(table[column].tolist()) if table.present else set(rules[column].tolist())
        strange = rules.given[column] & ~np.array([name in known for name in rules[column].tolist()], dtype=np.bool_)
        message, fix = f"no {table.table.name[:-1]} is in group {{value}}", f"Correct it, or fill {column} there"
        report.error(column, "unknown_group", strange, message, fix)
        matches[side] = ~_strangers(rules, table, column)
    if suppliers.present and suppliers.n_rows:
        some = _incumbents(rules, suppliers)
        message, fix = "{row} is about incumbents, and none of its suppliers is one", "Fill the column incumbent"
        report.warn("incumbents", "idle_rule", rules["incumbents"] & ~some & matches[0], message, fix)
    message, fix = "{row} names {value} and a group that it is not in, so it matches nothing", "Keep one of them"
    report.warn("supplier_id", "idle_rule", ~matches[0], message, fix)
    report.warn("item_id", "idle_rule", ~matches[1], message, fix)


def _strangers(rules: Parsed, table: Parsed, column: str) -> NDArray[np.bool_]:
    """Rules that name a row and a group it is not in."""
    named = rules["supplier_id" if column == "supplier_group" else "item_id"]
    group = np.append(table[column], "")[named]
    return np.asarray((named >= 0) & rules.given[column] & (group != rules[column]))


def _incumbents(rules: Parsed, suppliers: Parsed) -> NDArray[np.bool_]:
    """Whether any incumbent matches the other columns of each rule."""
    incumbent = suppliers["incumbent"]
    groups = set(suppliers["supplier_group"][incumbent].tolist())
    named = rules["supplier_id"]
    in_group = np.array([not name or name in groups for name in rules["supplier_group"].tolist()], dtype=np.bool_)
    return np.asarray(np.where(named >= 0, np.append(incumbent, False)[named], in_group & incumbent.any()))
