"""Many rows of overrides: the same scenarios and the same problems as one `load` a row."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.scenario import rows
from model.scenario.coherence import RULES
from model.scenario.problems import Problem, ScenarioError
from model.scenario.reads import reads
from model.scenario.resolve import Scenario, load, resolved
from model.scenario.rows import Many, load_many
from model.scenario.schema import ScenarioModel
from model.scenario.values import ByYear

# What rows of these tests write; some of it is wrong, and some goes together only with some of the rest.
POOL: dict[str, tuple[Any, ...]] = {
    "prices.copper": (4.5, 3, "5", {2030: 4, "2031-2033": 5}, "{value: 9000, unit: US$/t}", -0.0, 99, "x", None),
    "prices.gold": (2000.0, float("nan"), np.float64(2500), np.int64(1800), 0),
    "factors.capex": (0.9, 1, 1.1, "1.2", True, 10, 10.5, -1),
    "inflation.cpi": (0.02, {2025: 0.05, "2026-2100": 0.02}, "{2145-2150: 0.02}", None),
    "timeline.delay_months": (0, 6, 12.5, 120),
    "timeline.first_production": ("2029-01-01", dt.date(2030, 7, 1), "2024-12-31"),
    "timeline.period_months": (6, 12, "3", 12.0, 4),
    "capex.closure.lead_years": (0, 1, 4, 9),
    "capex.closure.years": (1, 5.0, 9),
    "fiscal.regime": ("standard", "stabilised", "standrad", None),
    "fiscal.regimes.technical_report.royalty_applies": (False, True, "false"),
    "fiscal.regimes.technical_report.effective_take": (0, 0.1),
    "fiscal.royalty_rate": (0.05, 0.9),
    "joint_venture.shareholders.barrick.dividend_share": (0.5, "0.45", 0.6),
    "joint_venture.shareholders.ogdcl.dividend_share": ("0.0833333333333333", 0.18333333333333335),
    "financing.included": (True, False),
    "ramp_up.curve": ("mcnulty_3", [0.5, 0.75, 1], (0.5, 0)),
    "title": ("One", "Another"),
    "uncertainty.inputs.delay.high": (20, 3),
    "prices": ({"copper": 3}, "{copper: 2, gold: {2030: 2000}}"),
    "financing.tranches.adb": ({"commitment": 400}, {"rate": 9}),
}


def rows_of(seed: int, count: int, width: int) -> list[dict[str, Any]]:
    pick = random.Random(seed)
    paths = pick.sample(list(POOL), width)
    rows = []
    for _ in range(count):
        own = pick.sample(paths, pick.randint(0, width))
        rows.append({path: pick.choice(POOL[path]) for path in own})
    return rows


def given(row: dict[str, Any]) -> dict[str, Any]:
    """A row as overrides: without what stands for the scenario's own values."""
    return {path: cell for path, cell in row.items() if cell is not None and cell == cell}


def values(scenario: Scenario) -> dict[str, Any]:
    return {path: leaf.value for path, leaf in scenario.leaves.items()}


def by_row(found: Many) -> dict[int, dict[str, Any]]:
    """The values of every row's scenario."""
    result = {}
    for group in found.groups:
        for place, row in enumerate(group.rows.tolist()):
            result[row] = values(group.scenario) | {path: float(x[place]) for path, x in group.columns.items()}
    return result


def expected(name: str, rows: list[dict[str, Any]]) -> tuple[dict[int, dict[str, Any]], list[Problem]]:
    """What `load` makes of each row, and its problems with their rows."""
    loaded, problems = {}, []
    for place, row in enumerate(rows):
        try:
            loaded[place] = values(load(name, given(row)))
        except ScenarioError as error:
            problems += [replace(p, file=p.file.replace("--set ", f"row {place}, ")) for p in error.problems]
    return loaded, problems


@pytest.mark.parametrize("seed", range(40))
def test_rows_are_what_load_makes_of_them(seed: int) -> None:
    rows = rows_of(seed, count=12, width=random.Random(seed).choice((1, 2, 3, 5, 8, len(POOL))))
    scenario = load("delay_2031" if seed % 3 == 0 else "base")
    loaded, problems = expected(scenario.name, rows)
    if problems:
        with pytest.raises(ScenarioError) as error:
            load_many(scenario, rows)
        assert error.value.problems == tuple(problems)
    good = [rows[place] for place in loaded]
    found = load_many(scenario, good)
    assert by_row(found) == dict(enumerate(loaded.values())) and found.count == len(good)
    assert sorted(row for group in found.groups for row in group.rows) == list(range(len(good)))
    for group in found.groups:
        first = load(scenario.name, given(good[group.rows[0]]))
        assert group.scenario.leaves == first.leaves and group.scenario.warnings == first.warnings
        assert group.scenario.overrides == first.overrides and group.scenario.sha256 == first.sha256


def test_the_pool_has_both_kinds_of_rows() -> None:
    """Else the test above compares too little."""
    loaded = problems = coherent = 0
    for seed in range(40):
        good, bad = expected("base", rows_of(seed, count=12, width=5))
        loaded += len(good)
        problems += len(bad)
        coherent += any("expected" not in p.message for p in bad)
    assert loaded > 100 and problems > 100 and coherent > 10


@pytest.mark.parametrize("seed", range(6))
def test_a_frame_is_its_rows(seed: int) -> None:
    pick = random.Random(seed)
    rows = [
        {
            "prices.copper": pick.uniform(3, 5),
            "timeline.first_production": f"20{pick.randint(29, 31)}-01-01",
            "timeline.period_months": pick.choice((6, 12, None)),
            "financing.included": pick.random() < 0.5,
            "inflation.cpi": pick.choice((0.02, None)),
        }
        for _ in range(20)
    ]
    frame = pd.DataFrame(rows).assign(**{"timeline.first_production": lambda f: pd.to_datetime(f.iloc[:, 1])})
    assert frame.dtypes.map(str).nunique() >= 3
    one, other = load_many(load("base"), rows), load_many(load("base"), frame)
    assert by_row(one) == by_row(other) and one.columns == other.columns and len(one.groups) == len(other.groups)


def test_numbers_come_in_one_group_and_others_in_as_few_as_there_are_combinations() -> None:
    copper = [4.0, 4.5, float("nan"), 5]
    scenario = load("base", {"prices.copper": 4.03})
    (group,) = load_many(scenario, [{"prices.copper": x} for x in copper]).groups
    assert group.rows.tolist() == [0, 1, 2, 3]
    assert group.columns["prices.copper"].tolist() == [4, 4.5, 4.03, 5]
    regimes = ["standard", "stabilised", "standard", "standard"]
    rows = [{"prices.copper": x, "fiscal.regime": y} for x, y in zip(copper, regimes, strict=True)]
    assert [group.rows.tolist() for group in load_many(scenario, rows).groups] == [[0, 2, 3], [1]]


def test_rows_that_keep_numbers_by_year_are_apart_from_those_with_a_number() -> None:
    scenario = load("base", {"prices.copper": {2028: 4, "2029-2035": 5}})
    number, own = load_many(scenario, [{"prices.copper": 4}, {"factors.capex": 1.1}, {"prices.copper": 3}]).groups
    assert number.rows.tolist() == [0, 2] and number.columns["prices.copper"].tolist() == [4, 3]
    assert own.rows.tolist() == [1] and "prices.copper" not in own.columns
    assert isinstance(own.scenario.leaves["prices.copper"].value, ByYear)


def test_columns_are_in_the_units_of_the_model() -> None:
    found = load_many(
        load("base"),
        [
            {"prices.copper": "{value: 2204.62262185, unit: US$/t}", "financing.included": "false"},
            {"timeline.first_production": "2029-01-01"},
        ],
    )
    assert found.columns == {
        "prices.copper": (1.0, None),
        "financing.included": (False, None),
        "timeline.first_production": (None, dt.date(2029, 1, 1)),
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"prices.coper": 4}], "column prices.coper: unknown path. Did you mean 'prices.copper'?"),
        ([{"prices.coper": None}], "column prices.coper: unknown path. Did you mean 'prices.copper'?"),
        ([{"prices.copper.2031": 4}], "column prices.copper.2031: is inside one assumption: set prices.copper as"),
        ([{"extends": "base"}], "column extends: a parent is chosen in the file"),
        ([{3: 4}], "column 3: expected the path of an assumption"),
        ([{"prices.copper": 4}, 4], "row 1: expected overrides by path, got 4"),
        (pd.DataFrame([[1, 2]], columns=["prices.copper"] * 2), "column prices.copper: is given twice"),
        (
            [{}, {"prices.copper": 99}],
            "row 1, prices.copper: expected a number (or numbers by year) in US$/lb real from 0 to 50, got 99",
        ),
        (
            pd.DataFrame({"fiscal.regime": [None, "stabilized"]}, index=["low", "high"]),
            "row high, fiscal.regime: expected one of fiscal.regimes, got 'stabilized'. Did you mean 'stabilised'?",
        ),
        ([{"capex.closure.lead_years": 9.0}, {}], "row 0, capex.closure.lead_years: closure would end before"),
        (
            [{"capex.closure.lead_years": 0.0}, {"capex.closure.lead_years": 9.0}],
            "row 1, capex.closure.lead_years: closure would end before",
        ),
        ([{"prices": {"coper": 3}}], "row 0, prices: prices.coper: unknown key, got 'coper'. Did you mean 'copper'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_column(rows: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        load_many(load("base"), rows)
    assert str(error.value).startswith(message) and len(error.value.problems) == 1


def test_a_thousand_wrong_rows_are_told_once_a_hundred_times() -> None:
    with pytest.raises(ScenarioError) as error:
        load_many(load("base"), [{"prices.copper": -1.0}] * 1000)
    assert len(error.value.problems) == rows.MOST_ROWS + 1
    assert error.value.problems[-1].message == "at least 900 more rows are wrong"


def test_nothing_is_nothing() -> None:
    assert load_many(load("base"), []).groups == ()
    (group,) = load_many(load("base"), [{}, {}]).groups
    assert group.rows.tolist() == [0, 1] and group.columns == {} and group.scenario.leaves == load("base").leaves


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Every call of a function of `many`, as its arguments."""
    calls: list[Any] = []
    original = getattr(rows, name)
    monkeypatch.setattr(rows, name, lambda *a: calls.append(a) or original(*a))
    return calls


def test_a_thousand_rows_of_numbers_are_not_validated_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, single = counting(monkeypatch, "overridden"), counting(monkeypatch, "checked")
    pick = np.random.default_rng(1)
    rows = [
        dict(zip(("prices.copper", "factors.capex", "capex.closure.years"), map(float, row), strict=True))
        for row in pick.uniform((3, 0.9, 8), (5, 1.1, 9), (1000, 3))
    ]
    load_many(load("base"), rows)
    assert len(whole) == 1 and single == []


def test_only_rules_that_read_what_varies_are_tried_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(rule: Any) -> Any:
        def call(s: ScenarioModel) -> Iterator[Any]:
            calls.append(rule.__name__)
            return rule(s)

        return call

    monkeypatch.setattr(rows, "RULES", tuple(map(counted, RULES)))
    load_many(load("base"), [{"working_capital.payable_days": 30 + n} for n in range(50)])
    assert len(calls) == len(RULES)  # what each reads, once
    calls.clear()
    load_many(load("base"), [{"fiscal.royalty_rate": n / 1000} for n in range(50)])
    assert {name: calls.count(name) for name in calls if calls.count(name) > 1} == {"_sums": 51}


def test_what_a_rule_reads_decides_its_outcome() -> None:
    model = resolved(load("base")).model
    every = {path for rule in RULES for path in reads(rule, model)}
    assert {
        "capex.closure.years",
        "fiscal.royalty_rate",
        "mine_plan.cumulative_ore",
        "timeline.delay_months",
        "joint_venture.shareholders.ppl.dividend_share",
        "uncertainty.inputs.delay.low",
    } <= every
    assert "working_capital.payable_days" not in every and every < {*load("base").leaves}


def test_a_scenario_resolved_anew_is_itself() -> None:
    for name in ("base", "delay_2031", "lender_case"):
        scenario = load(name)
        again = resolved(scenario)
        assert again.leaves == scenario.leaves and list(again.leaves) == list(scenario.leaves)
        assert again.with_overrides(scenario.overrides) == scenario
