"""Other ways to plan, for comparison: each gets the same network, the same time, and our certificate as its judge.

One file adds a peer, and one line here.
"""

from __future__ import annotations

from typing import Final

PEERS: Final = {
    "highs": "benchmarks.peers.strong_model:highs",
    "scip": "benchmarks.peers.strong_model:scip",
    "cp_sat": "benchmarks.peers.strong_model:cp_sat",
    "pulp_cbc": "benchmarks.peers.pulp_cbc:plan",
    "greedy": "benchmarks.peers.greedy:plan",
}
"""``module:function`` of every peer: (network, request, clock) to a `benchmarks.peers.clock.Found`."""

SCALES: Final = ("greedy",)
"""Peers that also finish where there are millions of candidate flows."""

MARKDOWN_PEERS: Final = {
    "highs_paths": "benchmarks.peers.markdown_program:highs",
    "pulp_cbc_paths": "benchmarks.peers.markdown_program:pulp_cbc",
    "markdown_rule": "benchmarks.peers.markdown_rule:plan",
}
"""The same for clearance."""
