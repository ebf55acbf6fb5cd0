"""Explain a plan: settle it, search for what could still move, and put the findings into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.blocks import sku_blocks
from network.tables import Network
from optimizer.certificate import certify
from optimizer.outcomes import alert_outcomes
from optimizer.plan import AlertOutcomes, FixChanges, Plan, Unmet
from optimizer.reasons.alerts import with_reasons
from optimizer.reasons.lines import line_reasons
from optimizer.reasons.reach import reachable
from optimizer.reasons.residual import residual_of
from optimizer.reasons.room import room_of
from optimizer.reasons.search import Search
from optimizer.reasons.unmet import unmet_of
from optimizer.reasons.words import same_words
from optimizer.request import Request

_ROWS_PER_BLOCK: Final = 40_000
"""Rows of stock that are explained at once."""


def explain(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    proved: bool,
    line_benefit: NDArray[np.int64] | None = None,
) -> tuple[Unmet, AlertOutcomes, NDArray[np.object_]]:
    """Say why each line is there, why demand stays unserved and what each alert comes to.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.
    proved : bool
        The plan is proved optimal; otherwise moves that would still pay have the code ``time_limit``.
    line_benefit : ndarray of int64, shape (n_lines,), optional
        The certificate's; computed when not given.

    Returns
    -------
    unmet : Unmet
    outcomes : AlertOutcomes
        With reasons filled in.
    line_reason : ndarray of str, shape (n_lines,)
    """
    if line_benefit is None:
        line_benefit = certify(network, request, plan).line_benefit
    room, reach = room_of(network, request, plan), reachable(network)
    unmets, outcomes, line_reason = [], [], same_words("", plan.n_lines)
    for part in _parts(network, request, plan):
        search = Search(residual_of(part.network, part.request, part.plan, room))
        unmet = unmet_of(search, proved=proved)
        found = with_reasons(search, part.request, alert_outcomes(part.network, part.request, part.plan), unmet)
        line_reason[part.line] = line_reasons(search.residual, unmet, line_benefit[part.line], reach)
        unmets.append(unmet)
        outcomes.append(replace(found, alert=part.alert))
    return _joined_unmet(unmets), _by_alert(outcomes), line_reason


@dataclass(frozen=True, slots=True)
class _Part:
    """A block of SKUs: other SKUs matter to it only by the room that their lines leave on lanes and at nodes."""

    network: Network
    request: Request
    plan: Plan
    line: NDArray[np.intp]
    """Rows of the whole plan's lines."""
    alert: NDArray[np.int32]
    """Rows of the whole network's alerts."""


def _parts(network: Network, request: Request, plan: Plan) -> Iterator[_Part]:
    """Cut by SKU; displays tie SKUs together, so that a network with displays is one block."""
    blocks = sku_blocks(network, len(network.stock) if len(network.display_rules) else _ROWS_PER_BLOCK)
    of_sku = [np.argsort(sku, kind="stable") for sku in (plan.sku, network.alerts.sku)]
    first = [block.start for block, _ in blocks[1:]]
    line, alert = (
        np.split(order, np.searchsorted(sku[order], first))
        for order, sku in zip(of_sku, (plan.sku, network.alerts.sku), strict=True)
    )
    former = request.former_plan
    for (skus, part), lines, alerts in zip(blocks, line, alert, strict=True):
        asked = request
        if former is not None and len(blocks) > 1:
            here = np.flatnonzero((former.plan.sku >= skus.start) & (former.plan.sku < skus.stop))
            asked = replace(request, former_plan=replace(former, plan=_lines_only(former.plan, here)))
        # The order of a whole network's alerts and lines stays as it is.
        rows = (lines, alerts) if len(blocks) > 1 else (np.arange(plan.n_lines), np.arange(len(network.alerts)))
        yield _Part(part, asked, _lines_only(plan, rows[0]), rows[0], rows[1].astype(np.int32))


def _lines_only(plan: Plan, line: NDArray[np.intp]) -> Plan:
    """Leave lines of a plan out, but none of its dispatches."""
    columns = {name: getattr(plan, name)[line] for name in ("lane", "sku", "units", "arrives_day", "expiry_day")}
    return replace(plan, **columns)


def _joined_unmet(parts: Sequence[Unmet]) -> Unmet:
    """Put the unmet positions of all blocks together."""
    first = accumulate((len(part.node) for part in parts[:-1]), initial=0)
    changes = [replace(part.changes, unmet=part.changes.unmet + row) for part, row in zip(parts, first, strict=True)]
    return Unmet(**_columns(parts, skipped="changes"), changes=FixChanges(**_columns(changes)))


def _by_alert(parts: Sequence[AlertOutcomes]) -> AlertOutcomes:
    """Put the outcomes of all blocks in the order of the alerts."""
    columns = _columns(parts)
    order = np.argsort(columns["alert"], kind="stable")
    return AlertOutcomes(**{name: column[order] for name, column in columns.items()})


def _columns(parts: Sequence[Any], skipped: str = "") -> dict[str, NDArray[Any]]:
    """Columns of tables that are put one after the other."""
    names = [item.name for item in fields(parts[0]) if item.name != skipped]
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
