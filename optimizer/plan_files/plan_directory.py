"""Writes a result as a plan directory, and as the one JSON object of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from network.writing import FileFormat, write_files
from optimizer.plan import UNKNOWN_MONEY, AlertOutcomes, Certificate, Plan, Result, Unmet
from optimizer.plan_files.expiry_days import lot_names
from optimizer.plan_files.plan_reading import PlanFile, read_plan
from optimizer.plan_files.plan_schema import (
    ALERT_OUTCOMES,
    CHOICE_TABLES,
    DISPATCHES,
    FIXES,
    LEDGER,
    PLAN_FILE,
    PLAN_TABLES,
    TRANSFERS,
    UNMET,
)
from optimizer.plan_lines import lane_load
from optimizer.worth.economics import WEIGHT_DECIMALS, lane_fixed_cost

__all__ = ["PlanFile", "certificate_summary", "plan_tables", "read_plan", "result_summary", "write_plan"]

_SECONDS_DECIMALS: Final = 3


def write_plan(
    directory: Path,
    network: Network,
    result: Result,
    *,
    file_format: FileFormat = "csv",
    choices: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> None:
    """Write a plan directory: plan.json and, when there is a plan, its tables.

    Files are written beside their places and then renamed; what an earlier plan left there is replaced or removed.

    Parameters
    ----------
    directory : Path
        Made when it is not there.
    network : Network
    result : Result
    file_format : {"csv", "parquet"}
        Of the tables; Parquet needs the extra ``counterpoise[parquet]``.
    choices : mapping of str to DataFrame
        What `optimizer.alternatives.choice_tables` made, when alternatives were asked for.

    Raises
    ------
    ValueError
        When `file_format` is neither.
    ImportError
        When Parquet is asked for and pyarrow is not installed.
    """
    frames: dict[str, pd.DataFrame | None] = dict.fromkeys((*PLAN_TABLES, *CHOICE_TABLES))
    documents = {PLAN_FILE: result_summary(result, network) | _context(network, result)}
    write_files(directory, frames | plan_tables(network, result) | dict(choices), documents, file_format=file_format)


def result_summary(result: Result, network: Network) -> dict[str, Any]:
    """Make the one JSON object that says what came out.

    Parameters
    ----------
    result : Result
    network : Network
        What was planned for.

    Returns
    -------
    dict
        Amounts in currency units, times in seconds; None for what is not known.
    """
    plan = result.plan
    return {
        "status": result.status.value,
        "stopped_by": result.stopped_by.value,
        "benefit": _amount(result.benefit, network),
        "objective": _amount(result.objective, network),
        "adjustments": None if result.certificate is None else _amounts(result.certificate.adjustments, network),
        "bound": _amount(result.bound, network),
        "gap": result.gap,
        "seconds": {phase: round(seconds, _SECONDS_DECIMALS) for phase, seconds in result.seconds.items()},
        "backend": result.backend,
        "flows": result.sizes.get("flows", 0),
        "lines": 0 if plan is None else plan.n_lines,
        "units": 0 if plan is None else int(plan.units.sum()),
        "dispatches": 0 if plan is None else int(plan.dispatches.sum()),
        "unmet_units": None if result.unmet is None else int(result.unmet.units.sum()),
        "certificate": None if result.certificate is None else certificate_summary(result.certificate),
        "conflicts": [
            {"rule": found.rule, "place": found.place, "amount": found.amount, "message": found.message}
            for found in result.conflicts
        ],
    }


def certificate_summary(certificate: Certificate) -> dict[str, Any]:
    """Say whether a plan is valid, and the violations that are described."""
    violations = [
        {"rule": found.rule, "place": found.place, "message": found.message, "amount": found.amount}
        for found in certificate.violations
    ]
    return {"valid": certificate.valid, "violations": violations}


def plan_tables(network: Network, result: Result) -> dict[str, pd.DataFrame]:
    """Tables of a plan directory by name: those that the result has something for.

    Parameters
    ----------
    network : Network
    result : Result

    Returns
    -------
    dict of str to DataFrame
        Ids instead of rows, amounts in currency units.
    """
    tables: dict[str, pd.DataFrame] = {}
    if result.plan is not None:
        tables[TRANSFERS.name] = _transfers(network, result.plan, result)
        tables[DISPATCHES.name] = _dispatches(network, result.plan)
    if result.unmet is not None:
        tables[UNMET.name] = _unmet(network, result.unmet)
        tables[FIXES.name] = _fixes(network, result.unmet)
    if result.outcomes is not None:
        tables[ALERT_OUTCOMES.name] = _outcomes(network, result.outcomes)
    if result.certificate is not None:
        tables[LEDGER.name] = _ledger(network, result.certificate.ledger)
    return tables


def _context(network: Network, result: Result) -> dict[str, Any]:
    """Return what plan.json holds beside the summary."""
    return {
        "currency": network.currency,
        "as_of": network.as_of,
        "horizon_days": network.horizon_days,
        "money_decimals": network.money_decimals,
        "backend_reason": result.backend_reason,
        "sizes": dict(result.sizes),
        "request": dict(network.request),
    }


def _amount(units: int | None, network: Network) -> float | None:
    """Money units as currency units: the float nearest to the decimal number."""
    return None if units is None else units / 10**network.money_decimals


def _amounts(terms: Mapping[str, int], network: Network) -> dict[str, float]:
    return {term: amount / 10**network.money_decimals for term, amount in terms.items()}


def _lane_columns(network: Network, lane: NDArray[np.int32]) -> dict[str, Any]:
    lanes, names = network.lanes, network.nodes.node_id
    return {
        "lane_id": lanes.lane_id[lane],
        "origin": names[lanes.origin[lane]],
        "destination": names[lanes.destination[lane]],
    }


def _transfers(network: Network, plan: Plan, result: Result) -> pd.DataFrame:
    nothing = np.full(plan.n_lines, np.nan)
    benefit = nothing
    if result.certificate is not None:
        benefit = result.certificate.line_benefit / 10**network.money_decimals
    return pd.DataFrame(
        {
            **_lane_columns(network, plan.lane),
            "sku_id": network.products.sku_id[plan.sku],
            "units": plan.units,
            "lot_id": lot_names(network, plan),
            "expiry_day": _whole(plan.expiry_day, plan.expiry_day == NO_LIMIT),
            "arrives_day": plan.arrives_day,
            "benefit": benefit,
            "reason": np.full(plan.n_lines, "", dtype=np.object_) if result.line_reason is None else result.line_reason,
        }
    )


def _dispatches(network: Network, plan: Plan) -> pd.DataFrame:
    load = lane_load(network, plan)
    lane, runs = plan.dispatch_lane, plan.dispatches
    load_kg = load[lane] / 10**WEIGHT_DECIMALS
    capacity_kg = network.lanes.capacity_kg[lane]
    limited = np.isfinite(capacity_kg) & (capacity_kg > 0)
    capacity_kg = np.where(limited, capacity_kg, np.nan) * np.maximum(runs, 1)
    return pd.DataFrame(
        {
            **_lane_columns(network, lane),
            "dispatches": runs,
            "load_kg": load_kg,
            "capacity_kg": capacity_kg,
            "fill": load_kg / capacity_kg,
            "cost": runs * lane_fixed_cost(network)[lane] / 10**network.money_decimals,
        }
    )


def _unmet(network: Network, unmet: Unmet) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node_id": network.nodes.node_id[unmet.node],
            "sku_id": network.products.sku_id[unmet.sku],
            "units": unmet.units,
            "code": unmet.code.astype(str).astype(np.object_),
            "reason": unmet.reason,
            "cheapest_fix": unmet.cheapest_fix,
            "fix_cost": _money(unmet.fix_cost, network),
            "fix_worth": _money(unmet.fix_worth, network),
        }
    )


def _fixes(network: Network, unmet: Unmet) -> pd.DataFrame:
    changes = unmet.changes
    return pd.DataFrame(
        {
            "node_id": network.nodes.node_id[unmet.node[changes.unmet]],
            "sku_id": network.products.sku_id[unmet.sku[changes.unmet]],
            "field": changes.field,
            "place": changes.place,
            "amount": changes.amount,
        }
    )


def _money(units: NDArray[np.int64], network: Network) -> NDArray[np.float64]:
    """Amounts in currency units; NaN where not known."""
    return np.where(units == UNKNOWN_MONEY, np.nan, units / 10**network.money_decimals)


def _whole(values: NDArray[np.int32], empty: NDArray[np.bool_]) -> pd.arrays.IntegerArray:
    """Cells of a column of whole numbers."""
    return pd.arrays.IntegerArray(values.astype(np.int64), empty)


def _outcomes(network: Network, outcomes: AlertOutcomes) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "alert_id": network.alerts.alert_id[outcomes.alert],
            "outcome": outcomes.outcome,
            "units_asked": outcomes.units_asked,
            "units_by_transfer": outcomes.units_by_transfer,
            "day": _whole(outcomes.day, outcomes.day < 0),
            "reason": outcomes.reason,
        }
    )


def _ledger(network: Network, terms: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"term": list(terms), "amount": list(_amounts(terms, network).values())})
