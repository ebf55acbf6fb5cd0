"""Runs the peers, and says how their certified plans stand to ours; our bound has to hold against all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.watching import Watched, watched

_JUDGING_SECONDS: Final = 300.0
"""For the certificate of a peer's plan, beside the time that the peer has."""

_PROVED: Final = 1e-6
"""Share of a bound by which a plan may beat it: what counts as proved, because solvers' tolerances are of this size."""

_GIB: Final = 2**30


def peer_run(name: str, directory: Path, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Let one peer plan a network in a process of its own.

    Returns
    -------
    dict
        name, outcome (``plan``: certified; ``invalid``: it breaks rules; ``no plan``; ``not built``: time was over
        before it could solve; ``no answer``: it did not end in time; ``failed``), detail, benefit, bound, seconds,
        phases, peak_memory_gib and what the certificate found.
    """
    say(f"{name}, {seconds:g} s at most")
    done = watched("benchmarks.peers", [name, directory, seconds], seconds=2 * seconds + _JUDGING_SECONDS)
    stopped = done.told("stopped")
    return {
        "name": name,
        **_verdict(done),
        "seconds": round(stopped[-1]["seconds"] if stopped else done.seconds, 3),
        "phases": {each["name"]: each["seconds"] for each in done.told("took")},
        "peak_memory_gib": None if done.peak_memory_bytes is None else round(done.peak_memory_bytes / _GIB, 3),
    }


def _verdict(done: Watched) -> dict[str, Any]:
    """Say what came of a peer; the first of these that is the case."""
    nothing = {"benefit": None, "bound": None}
    for plan in done.told("plan"):
        said = {name: value for name, value in plan.items() if name not in ("event", "valid")}
        return {"outcome": "plan" if plan["valid"] else "invalid", **said}
    for none in done.told("nothing"):
        return {"outcome": "no plan", **nothing, "bound": none["bound"], "detail": none["detail"]}
    last = done.told("phase")[-1]["name"] if done.told("phase") else "start"
    for late in done.told("late"):
        return {"outcome": "not built", **nothing, "detail": f"time was over before it could {late['phase']}"}
    if done.exit_code is None or done.exit_code < 0:
        ended = "no answer" if last == "solve" else "not built"
        return {"outcome": ended, **nothing, "detail": f"ended in the phase {last}, long after its time"}
    return {"outcome": "failed", **nothing, "detail": f"in the phase {last}: {done.complaint}"}


def compared(runs: Sequence[Mapping[str, Any]], peers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Put our worst run beside every peer.

    Parameters
    ----------
    runs : sequence of dict
        Runs of our engine, with benefit, objective and bound.
    peers : sequence of dict

    Returns
    -------
    dict
        peers, each with ``benefit_less_than_ours`` and ``share_less_than_ours`` (what its plan makes less, above 0:
        ours is better; no share where ours makes nothing) and ``bound_above_ours`` (share); best_objective of all
        plans, bound_holds.
    """
    ours = min((run["benefit"] for run in runs if run["benefit"] is not None), default=None)
    bounds = [run["bound"] for run in runs if run["bound"] is not None]
    plans = [*runs, *(peer for peer in peers if peer["outcome"] == "plan")]
    best = max((plan["objective"] for plan in plans if plan["objective"] is not None), default=None)
    lowest = min(bounds, default=None)
    holds = best is None or lowest is None or best - lowest <= _PROVED * max(abs(lowest), 1.0)
    return {
        "peers": [_beside(peer, ours, max(bounds, default=None)) for peer in peers],
        "best_objective": best,
        "bound_holds": holds,
    }


def _beside(peer: dict[str, Any], benefit: float | None, bound: float | None) -> dict[str, Any]:
    """Add how far a peer is from us."""
    less = share = above = None
    if peer["outcome"] == "plan" and benefit is not None:
        less = round(benefit - peer["benefit"], 6)
        share = round(less / benefit, 7) if benefit > 0 else None
    if peer.get("bound") is not None and bound is not None:
        above = round((peer["bound"] - bound) / max(abs(bound), 1.0), 7)
    return {**peer, "benefit_less_than_ours": less, "share_less_than_ours": share, "bound_above_ours": above}
