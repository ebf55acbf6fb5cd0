"""What can be typed: all commands and their flags. Imports nothing heavy, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
from importlib import metadata
from pathlib import Path
from typing import Final

from cli import award_arguments, rfq_arguments
from cli.bench_arguments import add_cases
from cli.exit_codes import BY_CODE
from cli.flag_types import count, not_negative, positive, share, words

COMMANDS: Final = {
    "inspect": "what a network directory holds, who can reach whom, and what is wrong with it",
    "plan": "find the plan that makes the most money: what to move, mark down, let go and buy",
    "check": "check a plan, by whomever it was made: every broken rule, and what it is worth",
    "alternatives": "other plans to choose from, for the whole and for single alerts, each checked",
    "diff": "what one plan does otherwise than another, and what that is worth",
    "repair": "the nearest plan that breaks no rule, of a plan made by hand",
    "rules": "what every rule that stands against a plan costs",
    **rfq_arguments.COMMANDS,
    **award_arguments.COMMANDS,
    "serve": "take plans over gRPC until stopped",
    "demo": "plan real sales data through a server of its own: needs the extra 'demo'",
    "compile": "compile ahead what searches compile when they first need it, once after an installation",
    "bench": "measure what this machine makes of a benchmark, beside other solvers",
}
"""What each command does; ``cli.<name>_command`` runs it, with underscores."""

_JSON_HELP: Final = "print one JSON object on standard output instead of text"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    main = argparse.ArgumentParser(
        prog="counterpoise",
        description="Puts misplaced stock back to work: the plan that makes the most money, with its proof.",
        epilog=BY_CODE,
    )
    main.add_argument("--version", action="version", version=f"counterpoise {metadata.version('counterpoise')}")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    by_name = {
        name: commands.add_parser(name, help=meaning, description=_sentence(meaning), epilog=BY_CODE)
        for name, meaning in COMMANDS.items()
    }
    _inspect(by_name["inspect"])
    _plan(by_name["plan"])
    _check(by_name["check"])
    _alternatives(by_name["alternatives"])
    _diff(by_name["diff"])
    _repair(by_name["repair"])
    _rules(by_name["rules"])
    rfq_arguments.add_arguments(by_name)
    award_arguments.add_arguments(by_name)
    _serve(by_name["serve"])
    _demo(by_name["demo"])
    by_name["compile"].add_argument("--json", action="store_true", help=_JSON_HELP)
    add_cases(by_name["bench"])
    return main


def _sentence(meaning: str) -> str:
    return f"{meaning[0].upper()}{meaning[1:]}."


def _directory(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=Path, metavar="DIR", help="network directory (docs/network-directory.md)")


def _inspect(command: argparse.ArgumentParser) -> None:
    _directory(command)
    command.add_argument(
        "--donors",
        nargs=2,
        metavar=("NODE", "SKU"),
        help="also list who can send the product to the node: units, day of arrival, and the lanes of the fastest way",
    )
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _plan(command: argparse.ArgumentParser) -> None:
    _directory(command)
    command.add_argument("--out", type=Path, required=True, metavar="PLAN_DIR", help="where the plan is written")
    command.add_argument(
        "--time-limit",
        type=positive,
        metavar="S",
        help="seconds for the whole command, from start-up to writing (default: request.json, else 60)",
    )
    command.add_argument(
        "--gap",
        type=share,
        metavar="G",
        help="stop when the plan is proven to be within this share of the best (default: request.json, else 1e-6)",
    )
    command.add_argument("--backend", metavar="NAME", help="solver to use (default: chosen automatically)")
    command.add_argument(
        "--responses",
        type=words,
        metavar="LIST",
        help="what the plan may use, such as transfer,markdown (default: request.json, else everything)",
    )
    command.add_argument(
        "--format", choices=("csv", "parquet"), help="of the plan's tables (default: that of the network)"
    )
    rfq_arguments.add_event(command)
    rfq_arguments.add_known(command)
    command.add_argument(
        "--alternatives",
        action="store_true",
        help="also look for other plans, for the whole and for alerts, in a third of the time limit, and write them",
    )
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _check(command: argparse.ArgumentParser) -> None:
    _directory(command)
    command.add_argument("plan_directory", type=Path, metavar="PLAN_DIR", help="plan; one table is enough")
    rfq_arguments.add_event(command)
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _question(command: argparse.ArgumentParser) -> None:
    """Add what commands share that ask something about a plan."""
    _directory(command)
    command.add_argument(
        "plan_directory", type=Path, nargs="?", metavar="PLAN_DIR", help="the plan (default: one is searched for first)"
    )
    command.add_argument(
        "--time-limit",
        type=positive,
        metavar="S",
        help="seconds, beside finding a plan (default: 20)",
    )
    rfq_arguments.add_event(command)
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _alternatives(command: argparse.ArgumentParser) -> None:
    _question(command)
    command.add_argument("--alert", action="append", metavar="ID", help="only what could be done about this alert")
    command.add_argument(
        "--most-alerts", type=count, default=10, metavar="N", help="alerts to look at (default: %(default)s)"
    )
    command.add_argument(
        "--keep",
        type=share,
        default=0.9,
        metavar="SHARE",
        help="share of the best objective that alternatives keep at least (default: %(default)s)",
    )


def _diff(command: argparse.ArgumentParser) -> None:
    _directory(command)
    command.add_argument("plan_a", type=Path, metavar="PLAN_A", help="plan; one table is enough")
    command.add_argument("plan_b", type=Path, metavar="PLAN_B", help="the plan to compare with it")
    rfq_arguments.add_event(command)
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _repair(command: argparse.ArgumentParser) -> None:
    _directory(command)
    command.add_argument("plan_directory", type=Path, metavar="PLAN_DIR", help="plan; one table is enough")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="where the repaired plan is written")
    command.add_argument(
        "--time-limit", type=positive, metavar="S", help="seconds for the repair (default: request.json, else 60)"
    )
    rfq_arguments.add_event(command)
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _rules(command: argparse.ArgumentParser) -> None:
    _question(command)


def _serve(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--address", default="127.0.0.1:50051", metavar="HOST:PORT", help="default: %(default)s, this machine only"
    )
    command.add_argument(
        "--queue-size", type=count, default=8, metavar="N", help="plans that may wait (default: %(default)s)"
    )
    command.add_argument(
        "--workers", type=count, default=1, metavar="N", help="plans that run at once (default: %(default)s)"
    )
    command.add_argument(
        "--grace",
        type=not_negative,
        default=10.0,
        metavar="S",
        help="seconds that running plans may go on after a signal to stop (default: %(default)s)",
    )
    command.add_argument(
        "--longest-time-limit",
        type=positive,
        default=3600.0,
        metavar="S",
        help="greatest time limit a caller may ask for (default: %(default)s)",
    )
    command.add_argument(
        "--worker-memory-gib", type=positive, metavar="GIB", help="memory a plan may use (default: no limit)"
    )


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, metavar="DIR", help="also write DIR/network and DIR/plan")
    command.add_argument(
        "--time-limit",
        type=positive,
        default=50.0,
        metavar="S",
        help="seconds for the whole command (default: %(default)s)",
    )
    command.add_argument(
        "--gap",
        type=share,
        default=0.005,
        metavar="G",
        help="stop within this share of the best (default: %(default)s)",
    )
    command.add_argument(
        "--product-types",
        type=count,
        default=2000,
        metavar="N",
        help="plan at most so many, those that sell most (default: %(default)s)",
    )
    command.add_argument("--json", action="store_true", help=_JSON_HELP)
