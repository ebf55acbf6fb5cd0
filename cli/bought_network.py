"""Reads networks, with the bids of an event where they may be bought."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cli.directories import read_directory
from cli.exit_codes import ExitCode
from cli.failures import CommandError, tell_warnings
from cli.progress import Progress
from network import Network, Problem
from network.events import Event, read_event
from optimizer.award import Award, award_of
from optimizer.award_files.award_reading import read_award
from optimizer.plan import Plan
from optimizer.plan_files.plan_reading import read_plan
from optimizer.plan_lines import no_lines
from optimizer.rfq.award_as_plan import plan_with_award
from optimizer.rfq.bids_as_quotes import with_bids


def read_network_with_bids(
    directory: Path, event_directory: Path | None, progress: Progress
) -> tuple[Network, Event | None, Network, tuple[Problem, ...]]:
    """Read a network directory, and the event whose bids it may buy.

    Returns
    -------
    network : Network
        With the bids as quotes.
    event : Event or None
        None without a directory of one.
    plain : Network
        Without the bids.
    warnings : tuple of Problem

    Raises
    ------
    NetworkError
        When either is not valid, or the event says what a plan does not know.
    """
    plain, warnings = read_directory(directory, progress)
    if event_directory is None:
        return plain, None, plain, warnings
    with progress.phase("event", f"reading {event_directory}"):
        event, doubts = read_event(event_directory, network=plain)
        return with_bids(plain, event), event, plain, (*warnings, *doubts)


def known_plan(arguments: argparse.Namespace, network: Network, event: Event | None, plain: Network) -> Plan | None:
    """Read the plan to start from, with what an award buys beside it; None when neither is named.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``known`` and ``award``.
    network : Network
        With the bids.
    plain : Network
        Without the bids: what the plan is for.
    """
    if arguments.award is not None and event is None:
        raise CommandError("--award needs --event: its bids are the event's", ExitCode.USAGE)
    if arguments.known is None and arguments.award is None:
        return None
    plan = no_lines()
    if arguments.known is not None:
        read = read_plan(arguments.known, plain)
        tell_warnings(read.warnings)
        plan = read.plan
    if event is None:
        return plan
    award = no_award() if arguments.award is None else read_award(arguments.award, event).award
    return plan_with_award(plain, plan, network, event, award)


def no_award() -> Award:
    """Buy nothing."""
    return award_of(np.empty(0, dtype=np.int64))
