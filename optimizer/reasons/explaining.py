"""Explain a plan: settle it, search for what could still move, and put the findings into words."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.blocks import sku_blocks
from network.tables import Network
from optimizer.certificate import certify
from optimizer.outcomes import NO_HELP, alert_outcomes, unmet_positions
from optimizer.plan import UNKNOWN_MONEY, AlertOutcomes, FixChanges, Plan, Unmet
from optimizer.reasons.alerts import with_reasons
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.lines import line_reasons
from optimizer.reasons.reach import reachable
from optimizer.reasons.residual import residual_of
from optimizer.reasons.room import Room, room_of
from optimizer.reasons.search import Search
from optimizer.reasons.unmet import unmet_of
from optimizer.reasons.words import Words, same_words
from optimizer.request import Request
from optimizer.search.isolation import Forked

_ROWS_PER_BLOCK: Final = 40_000
"""Rows of stock that are explained at once."""

_LARGE: Final = 4
"""From so many blocks on every second one is explained in a process of its own, and only as long as there is time."""

_NEVER_LOOKED: Final = "the time was up before this was looked at"

_LONG: Final = 1e6
"""Seconds to wait for a process that knows itself when to end."""


def explain(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    proved: bool,
    line_benefit: NDArray[np.int64] | None = None,
    seconds: float = math.inf,
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
    seconds : float
        A large network is explained block by block; what this time leaves out has the code ``unknown`` and says so.

    Returns
    -------
    unmet : Unmet
    outcomes : AlertOutcomes
        With reasons filled in.
    line_reason : ndarray of str, shape (n_lines,)
    """
    until = time.monotonic() + seconds
    if line_benefit is None:
        line_benefit = certify(network, request, plan).line_benefit
    parts = list(_parts(network, request, plan))
    is_large = len(parts) >= _LARGE
    room, reach = room_of(network, request, plan), reachable(network)
    told = _tell_all(_Telling(room, reach, line_benefit, proved, until if is_large else math.inf), parts)
    line_reason = same_words("", plan.n_lines)
    for part, (_, _, reason) in zip(parts, told, strict=True):
        line_reason[part.line] = reason
    outcomes = [replace(found, alert=part.alert) for part, (_, found, _) in zip(parts, told, strict=True)]
    return _joined_unmet([unmet for unmet, _, _ in told]), _by_alert(outcomes), line_reason


_Told: TypeAlias = tuple[Unmet, AlertOutcomes, Words]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What all blocks are explained with."""

    room: Room
    reach: NDArray[np.bool_]
    line_benefit: NDArray[np.int64]
    proved: bool
    until: float
    """On the clock of `time.monotonic`."""

    def tell(self, parts: Sequence[_Part]) -> list[_Told]:
        """Explain blocks as long as there is time."""
        return [self._explained(part) if time.monotonic() < self.until else _unexplained(part) for part in parts]

    def _explained(self, part: _Part) -> _Told:
        search = Search(residual_of(part.network, part.request, part.plan, self.room))
        unmet = unmet_of(search, proved=self.proved)
        outcomes = with_reasons(search, part.request, alert_outcomes(part.network, part.request, part.plan), unmet)
        return unmet, outcomes, line_reasons(search.residual, unmet, self.line_benefit[part.line], self.reach)


def _tell_all(telling: _Telling, parts: Sequence[_Part]) -> list[_Told]:
    """Explain all blocks, many of them in two processes: words are made by the interpreter, where threads wait."""
    if len(parts) < _LARGE:
        return telling.tell(parts)
    with Forked(lambda _: telling.tell(parts[1::2]), on_report=lambda _: None) as other:
        mine = telling.tell(parts[::2])
        others = other.wait(_LONG) or telling.tell(parts[1::2])
    return [(mine, others)[i % 2][i // 2] for i in range(len(parts))]


def _unexplained(part: _Part) -> _Told:
    """Say what is unmet and what alerts come to, and that the time did not suffice to say why."""
    stock, (row, units) = part.network.stock, unmet_positions(part.network, part.request, part.plan)
    nothing, unknown = same_words("", len(row)), np.full(len(row), UNKNOWN_MONEY)
    code, none = same_words(UnmetCode.UNKNOWN.value, len(row)), np.empty(0, dtype=np.object_)
    changes = FixChanges(np.empty(0, dtype=np.int64), none, none, np.empty(0))
    reason = same_words(_NEVER_LOOKED, len(row))
    unmet = Unmet(stock.node[row], stock.sku[row], units, code, reason, nothing, unknown, unknown, changes)
    outcomes = alert_outcomes(part.network, part.request, part.plan)
    reason = np.where(outcomes.reason == NO_HELP, _NEVER_LOOKED, outcomes.reason).astype(np.object_)
    return unmet, replace(outcomes, reason=reason), same_words("", len(part.line))


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
