"""What a user of the service does with it: upload a network, send alerts, ask for a plan, watch it, read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cli.failures import CommandError
from cli.in_worker import search_seconds
from cli.progress import Progress
from cli.solving import found_line
from network import NO_LIMIT, Network, network_from_frames, network_to_frames, settings_of
from network.words import counted
from optimizer.certificate.ledger import TERMS
from optimizer.plan import UNKNOWN_MONEY
from optimizer.plan_files.plan_schema import DISPATCHES, TRANSFERS, UNMET
from server.client import Client
from server.rows import rows_of_frame
from server.summary import plan_summary, word

_ALERTS_PER_CALL: Final = 20_000
"""About 1 MiB; a message may have 4."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as the server gave it, in the words of the plan directory."""

    summary: dict[str, Any]
    """As `optimizer.plan_files.plan_directory.result_summary`."""
    backend_reason: str
    ledger: dict[str, float]
    outcomes: dict[str, int]
    conflicts: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    """As `optimizer.plan_files.plan_directory.plan_tables`; empty without a plan."""


def plan_by_service(client: Client, network: Network, *, until: float, gap: float, progress: Progress) -> Planned:
    """Have a network planned, its alerts sent on their own.

    Parameters
    ----------
    until : float
        When the search has to end, on the clock of `time.monotonic`.

    Raises
    ------
    CommandError
        When the plan fails.
    server.client.RpcError
        When a call does.
    """
    frames = network_to_frames(network)
    alerts = frames["alerts"]
    quiet, _ = network_from_frames({**frames, "alerts": alerts.iloc[:0]}, settings_of(network))
    with progress.phase("send", "sending network and alerts"):
        name = client.upload_network(quiet, display_name="demo").name
        batches = [
            client.create_alerts(name, _messages(alerts.iloc[start : start + _ALERTS_PER_CALL])).name
            for start in range(0, len(alerts), _ALERTS_PER_CALL)
        ]
    sent = f"{len(network.stock):,} positions in columns, {len(alerts):,} alerts in {counted(len(batches), 'call')}"
    progress.say(f"sent {sent}")
    seconds = search_seconds(until)
    plan = client.create_plan(name, alert_batch_names=batches, time_limit_seconds=seconds, gap=gap)
    with progress.phase("wait", "waiting for the plan"):
        final = _watched(client, plan.name, progress)
    return _planned(client, final)


def _messages(alerts: pd.DataFrame) -> Sequence[Any]:
    return rows_of_frame("alerts", alerts)


def _watched(client: Client, name: str, progress: Progress) -> Any:
    """Say every better plan and bound on the way; return the plan when it is done."""
    unsaid = ""
    for message in client.watch_plan(name):
        if message.HasField("incumbent"):
            line = _incumbent_line(message.incumbent)
            unsaid = "" if progress.say_sometimes(line) else line
        if message.done:
            if unsaid:
                progress.say(unsaid)
            return message.plan
    raise CommandError("the server ended the watch before the plan was done")


def _incumbent_line(found: Any) -> str:
    known = {
        name: getattr(found, name) if found.HasField(name) else None
        for name in ("benefit", "objective", "bound", "gap")
    }
    gap = known.pop("gap")
    return found_line(known, gap, found.found_by)


def _planned(client: Client, plan: Any) -> Planned:
    if not plan.HasField("result"):
        state = word(plan, "state", "PLAN_STATE_")
        raise CommandError(f"the plan {state}: {plan.error.message or 'it has no result'} ({plan.error.code})")
    result = plan.result
    scale = 10**result.money_decimals
    outcomes = result.alert_outcomes
    has_plan = result.HasField("certificate")
    amounts = result.certificate.ledger_money_units
    ledger = {term: amounts[term] / scale for term in TERMS if term in amounts}
    return Planned(
        summary=plan_summary(plan),
        backend_reason=result.backend_reason,
        ledger=ledger,
        outcomes={name: getattr(outcomes, name) for name in ("resolved", "partly", "unresolved")} if has_plan else {},
        conflicts=tuple(f"{found.rule}: {found.message}" for found in result.conflicts),
        tables=_tables(client.read_plan(plan.name), scale, ledger) if has_plan else {},
    )


def _tables(read: Mapping[str, pd.DataFrame], scale: int, ledger: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """Turn the columns of the service into those of the plan directory."""
    transfers, dispatches, outcomes = read["transfers"], read["dispatches"], read["alert_outcomes"]
    benefit = transfers["benefit_money_units"].to_numpy(np.float64) / scale
    expires = transfers["expiry_day"].astype("Int64")
    lines = transfers.assign(benefit=benefit, lot_id="", expiry_day=expires.mask(expires == NO_LIMIT))
    unmet = read["unmet"]
    fix = {name: _money(unmet[f"{name}_money_units"], scale) for name in ("fix_cost", "fix_worth")}
    held = (dispatches["capacity_kg"] * dispatches["dispatches"]).replace(np.inf, np.nan)
    runs = dispatches.assign(capacity_kg=held, fill=dispatches["load_kg"] / held, cost=dispatches["fixed_cost"])
    day = outcomes["day"].astype("Int64")
    return {
        "transfers": lines[[column.name for column in TRANSFERS.columns]],
        "dispatches": runs[[column.name for column in DISPATCHES.columns]],
        "unmet": unmet.assign(**fix)[[column.name for column in UNMET.columns]],
        "fixes": read["fixes"],
        "alert_outcomes": outcomes.assign(day=day.mask(day < 0)),
        "ledger": pd.DataFrame({"term": list(ledger), "amount": list(ledger.values())}),
    }


def _money(units: pd.Series[int], scale: int) -> NDArray[np.float64]:
    """Amounts in the currency; NaN where not known."""
    amounts = units.to_numpy(np.int64)
    return np.where(amounts == UNKNOWN_MONEY, np.nan, amounts / scale)
