"""What request.json asks for is read completely, and everything that is wrong with it is named at once."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.columns import NO_LIMIT
from network.tables import Severity
from optimizer.request import STANDARD_POLICY, Parameters, Request
from optimizer.request_reading import FORMER_PLAN_KEYS, KEYS, RESPONSES, SCOPE_KEYS, STEP_KEYS, read_request
from tests.optimizer.directories import examples
from tests.optimizer.small_case import DISPATCHES, LINES, PRODUCTS, STOCK, plan_of, small_network

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "network-directory.md").read_text(encoding="utf-8")
NETWORK = small_network()
ALERTS = pd.DataFrame(
    [("a1", "shortage", "S1", "A", "red"), ("a2", "shortage", "S2", "A", "yellow")],
    columns=["alert_id", "kind", "node_id", "sku_id", "severity"],
)


def test_nothing_asked_is_the_default() -> None:
    assert read_request(NETWORK, {}) == (Request(), Parameters(), ())
    assert read_request(NETWORK, dict.fromkeys(KEYS)) == (Request(), Parameters(), ())


def test_everything_that_can_be_asked(tmp_path: Path) -> None:
    network = small_network(products=PRODUCTS.assign(category=["fruit", "nuts", "nuts", "nuts"]), alerts=ALERTS)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "transfers.csv").write_text("lane_id,sku_id,units\nW>S1,A,4\n")
    asked = {
        "time_limit_seconds": 7,
        "gap": 0.25,
        "backend": "cp_sat",
        "scope": {"sku_ids": ["B"], "categories": ["nuts"], "node_ids": ["W", "S1"], "alert_ids": ["a2"]},
        "severity_weights": {"red": 3, "yellow": 0.5},
        "responses": ["transfer", "markdown"],
        "response_policy": {"orange": ["keep", "transfer"], "red": []},
        "min_line_benefit": 2,
        "min_dispatch_benefit": 5.5,
        "former_plan": {
            "plan_directory": "old",
            "frozen_before_day": 3,
            "change_prices": [{"from_day": 0, "price_per_unit": 2}, {"from_day": 4, "price_per_unit": 0}],
        },
    }
    request, parameters, problems = read_request(network, asked, directory=tmp_path)
    assert problems == ()
    assert parameters == Parameters(7.0, 0.25, "cp_sat")
    former = request.former_plan
    assert former is not None
    assert (former.frozen_before_day, former.change_prices) == (3, ((0, 2.0), (4, 0.0)))
    assert (former.plan.units.tolist(), former.plan.arrives_day.tolist()) == ([4], [1])
    assert replace(request, former_plan=None) == Request(
        scope_sku_ids=("B",),
        scope_categories=("nuts",),
        scope_node_ids=("W", "S1"),
        scope_alert_ids=("a2",),
        responses=("transfer", "markdown"),
        response_policy={Severity.ORANGE: ("keep", "transfer"), Severity.RED: ()},
        severity_weights={Severity.RED: 3.0, Severity.YELLOW: 0.5},
        min_line_benefit=2.0,
        min_dispatch_benefit=5.5,
    )


def test_the_standard_policy_has_a_name() -> None:
    request, _, problems = read_request(NETWORK, {"response_policy": "standard"})
    assert problems == ()
    assert request.responses is None
    assert request.response_policy == STANDARD_POLICY
    assert "transfer" not in request.response_policy[Severity.YELLOW]


def test_a_former_plan_at_hand_needs_no_directory() -> None:
    plan = plan_of(NETWORK, LINES, DISPATCHES)
    request, _, problems = read_request(NETWORK, {"former_plan": {"frozen_before_day": "all"}}, former=plan)
    assert problems == ()
    assert request.former_plan is not None
    assert request.former_plan.plan is plan
    assert request.former_plan.frozen_before_day == NO_LIMIT


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a misspelt key": ({"time_limit": 3}, [("time_limit", "unknown_key")]),
    "no number": ({"time_limit_seconds": "soon"}, [("time_limit_seconds", "bad_value")]),
    "no time": ({"time_limit_seconds": 0}, [("time_limit_seconds", "bad_value")]),
    "a truth": ({"gap": True}, [("gap", "bad_value")]),
    "a share above 1": ({"gap": 1.5}, [("gap", "bad_value")]),
    "an unknown solver": ({"backend": "magic"}, [("backend", "bad_value")]),
    "a scope that is a list": ({"scope": ["A"]}, [("scope", "bad_value")]),
    "an unknown scope": ({"scope": {"skus": ["A"]}}, [("scope.skus", "unknown_key")]),
    "ids that are numbers": ({"scope": {"sku_ids": [1]}}, [("scope.sku_ids", "bad_value")]),
    "unknown ids": (
        {"scope": {"sku_ids": ["Y", "A", "Z"], "node_ids": ["Y"], "alert_ids": ["Y"], "categories": ["Y"]}},
        [(f"scope.{key}", "bad_value") for key in ("sku_ids", "sku_ids", "categories", "node_ids", "alert_ids")],
    ),
    "an unknown severity": ({"severity_weights": {"pink": 1}}, [("severity_weights.pink", "unknown_key")]),
    "a negative weight": ({"severity_weights": {"red": -1}}, [("severity_weights.red", "bad_value")]),
    "an unknown response": ({"response_policy": {"red": ["fly"]}}, [("response_policy.red", "bad_value")]),
    "an unknown response in all": ({"responses": ["fly"]}, [("responses", "bad_value")]),
    "a policy without a name": ({"response_policy": "usual"}, [("response_policy", "bad_value")]),
    "a response that is no list": ({"response_policy": {"red": "keep"}}, [("response_policy.red", "bad_value")]),
    "a negative hurdle": ({"min_line_benefit": -1}, [("min_line_benefit", "bad_value")]),
    "money beyond 64 bits": ({"min_dispatch_benefit": 1e12}, [("min_dispatch_benefit", "bad_value")]),
    "a former plan of nothing": ({"former_plan": {}}, [("former_plan.plan_directory", "missing_key")]),
    "a former plan nowhere": (
        {"former_plan": {"plan_directory": "none"}},
        [("former_plan.plan_directory", "bad_value")],
    ),
    "half a day": (
        {"former_plan": {"plan_directory": "old", "frozen_before_day": 0.5}},
        [("former_plan.frozen_before_day", "bad_value")],
    ),
    "prices that are no list": (
        {"former_plan": {"plan_directory": "old", "change_prices": 2}},
        [("former_plan.change_prices", "bad_value")],
    ),
    "a step that lacks its price": (
        {"former_plan": {"plan_directory": "old", "change_prices": [{"from_day": 0, "price": 1}]}},
        [
            ("former_plan.change_prices[0].price", "unknown_key"),
            ("former_plan.change_prices[0].price_per_unit", "missing_key"),
        ],
    ),
    "days that do not rise": (
        {
            "former_plan": {
                "plan_directory": "old",
                "change_prices": [{"from_day": 2, "price_per_unit": 1}, {"from_day": 2, "price_per_unit": 2}],
            }
        },
        [("former_plan.change_prices", "bad_value")],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_named_with_its_key(name: str, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "transfers.csv").write_text("lane_id,sku_id,units\nW>S1,A,4\n")
    asked, expected = WRONG[name]
    problems = read_request(NETWORK, asked, directory=tmp_path)[2]
    assert [(problem.column, problem.code) for problem in problems] == expected
    assert {problem.file for problem in problems} == {"request.json"}
    assert all(problem.message and problem.fix for problem in problems)


def test_all_mistakes_are_found_at_once() -> None:
    asked = {"gap": 2, "polcy": 1, "scope": {"sku_ids": ["Z"]}, "min_line_benefit": "much"}
    found = [problem.column for problem in read_request(NETWORK, asked)[2]]
    assert found == ["polcy", "gap", "scope.sku_ids", "min_line_benefit"]


def test_the_fix_of_an_unknown_key_names_the_one_that_was_meant_and_all_others() -> None:
    (problem,) = read_request(NETWORK, {"responce_policy": {}})[2]
    assert problem.fix.startswith("Write response_policy, if that is meant; the known keys are ")
    assert all(key in problem.fix for key in KEYS)
    (problem,) = read_request(NETWORK, {"response_policy": {"red": ["fly"]}})[2]
    assert all(name in problem.fix for name in RESPONSES)


def test_lines_of_a_former_plan_that_name_nothing_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "transfers.csv").write_text("lane_id,sku_id,units\nW>S1,A,4\nL9,A,1\nW>S1,Z,1\nL8,B,1\n")
    request, _, problems = read_request(NETWORK, {"former_plan": {"plan_directory": "old"}}, directory=tmp_path)
    assert request.former_plan is None
    assert [(problem.file, problem.row, problem.value) for problem in problems] == [
        ("old/transfers.csv", 2, "L9"),
        ("old/transfers.csv", 4, "L8"),
        ("old/transfers.csv", 3, "Z"),
    ]
    assert [problem.total for problem in problems] == [2, 2, 1]


def test_files_cannot_be_named_from_afar() -> None:
    (problem,) = read_request(NETWORK, {"former_plan": {"plan_directory": "/etc"}})[2]
    assert (problem.column, problem.fix) == ("former_plan.plan_directory", "Give the former plan itself")


def test_weights_that_make_a_sale_worth_less_than_a_unit_left_over_name_the_positions() -> None:
    """Only where a weight counts: at positions whose selecting alerts report a shortage."""
    # Sold 2 + penalty, left over 3: the penalty of 1.5 must not be weighted below 2 / 3.
    products = PRODUCTS.assign(list_price=[2.0, 20.0, 20.0, 20.0], salvage_value=[3.0, 0.0, 0.0, 0.0])
    network = small_network(
        products=products, stock=STOCK.assign(shortage_penalty=1.5, holding_cost=0.0), alerts=ALERTS
    )
    assert read_request(network, {"severity_weights": {"red": 0.67, "orange": 0}})[2] == ()
    (problem,) = read_request(network, {"severity_weights": {"red": 0.66, "yellow": 0.1}})[2]
    assert problem.column == "severity_weights"
    assert "at node S1, SKU A; node S2, SKU A" in problem.message
    other = {"severity_weights": {"red": 0.66}, "scope": {"alert_ids": ["a2"]}}
    assert read_request(network, other)[2] == ()


def test_the_document_lists_every_key() -> None:
    """In order, those inside an object behind it; and its example holds nothing else."""
    section = DOCUMENT.split("## `request.json`")[1]
    expected = list(KEYS)
    steps = [f"former_plan.change_prices.{key}" for key in STEP_KEYS]
    expected[expected.index("former_plan") + 1 :] = [f"former_plan.{key}" for key in FORMER_PLAN_KEYS] + steps
    place = expected.index("scope") + 1
    expected[place:place] = [f"scope.{key}" for key in SCOPE_KEYS]
    assert re.findall(r"^\| `([^`]+)`", section, re.MULTILINE) == expected
    assert all(f"`{name}`" in section for name in RESPONSES)
    example = json.loads(section.split("```json")[1].split("```")[0])
    codes = {problem.column: problem.code for problem in read_request(NETWORK, example, directory=Path("none"))[2]}
    known = ("scope.categories", "scope.node_ids", "former_plan.plan_directory")
    assert codes == dict.fromkeys(known, "bad_value"), "the small network has no such ids, all else is right"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400)
WORDS = st.sampled_from(["red", "sku_ids", "plan_directory", "frozen_before_day", "change_prices", "from_day", "x"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))


@examples(200)
@given(asked=st.dictionaries(st.sampled_from([*KEYS, "else"]), VALUES, max_size=4))
def test_whatever_is_asked_is_answered(asked: dict[str, Any]) -> None:
    """With a request, or with problems that name a key and say what to do."""
    request, parameters, problems = read_request(NETWORK, asked, directory=Path("none"))
    assert all(problem.column and problem.message and problem.fix for problem in problems)
    if "else" in asked:
        assert ("else", "unknown_key") in {(problem.column, problem.code) for problem in problems}
    assert parameters.time_limit_seconds > 0
    assert 0 <= parameters.gap <= 1
    assert 0 <= request.min_line_benefit <= 1e12
    assert all(weight >= 0 for weight in request.severity_weights.values())
