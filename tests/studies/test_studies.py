"""Sensitivity, grid, breakeven and debt capacity against plain runs, through the front door."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from model.results.result import run
from model.scenario.resolve import load
from tests.conftest import Cli


def metric(overrides: dict[str, float], name: str = "project_irr", scenario: str = "base") -> float:
    return float(plain_run(scenario, *overrides.items())[name])


@cache
def plain_run(scenario: str, *overrides: tuple[str, float]) -> dict[str, Any]:
    """The metrics of one run, kept, since several studies ask for them."""
    return run(load(scenario, dict(overrides))).metrics


@pytest.mark.parametrize("name", ["project_irr", "equity_npv", "min_dscr"])
def test_sensitivity_equals_plain_runs(cli: Cli, name: str) -> None:
    found = cli("sensitivity", "base", "--metric", name, "--swing", 0.2, "--json").json
    assert found["base"] == pytest.approx(metric({}, name), rel=1e-9)
    assert {b["path"] for b in found["bars"]} >= {"factors.copper_price", "factors.throughput", "factors.ramp_up_time"}
    spans = [abs(b["high_value"] - b["low_value"]) for b in found["bars"]]
    assert all(after <= before + 1e-11 * (1 + before) for before, after in pairwise(spans))
    for bar in found["bars"]:
        assert (bar["low"], bar["high"]) == (0.8, 1.2)
        assert bar["low_value"] == pytest.approx(metric({bar["path"]: 0.8}, name), rel=1e-9)
        assert bar["high_value"] == pytest.approx(metric({bar["path"]: 1.2}, name), rel=1e-9)


def test_sensitivity_over_any_path(cli: Cli) -> None:
    paths = ["timeline.delay_months=0:24", "ramp_up.band_months=5:9", "prices.copper", "us_imports.financed_share"]
    options = [word for path in paths for word in ("--path", path)]
    for bar in cli("sensitivity", "price_crash", *options, "--json").json["bars"]:
        for end in ("low", "high"):
            plain = metric({bar["path"]: bar[end]}, scenario="price_crash")
            assert bar[f"{end}_value"] == pytest.approx(plain, rel=1e-9)


def test_grid_equals_plain_runs(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "grid.xlsx"
    found = cli(
        "grid",
        "delay_2031",
        "--x",
        "prices.copper=3:5:1",
        "--y",
        "timeline.delay_months=0:30:15",
        "--metric",
        "equity_irr",
        "--json",
        "--out",
        out,
    ).json
    assert found["x"] == {"path": "prices.copper", "values": [3, 4, 5]}
    for delay, row in zip(found["y"]["values"], found["values"], strict=True):
        for price, value in zip(found["x"]["values"], row, strict=True):
            plain = metric({"prices.copper": price, "timeline.delay_months": delay}, "equity_irr", "delay_2031")
            assert value == pytest.approx(plain, rel=1e-9)
    sheet = openpyxl.load_workbook(out).active
    assert sheet.cell(3, 2).value == pytest.approx(found["values"][1][0], rel=1e-12)


@pytest.mark.parametrize(
    ("path", "name", "target"),
    [
        ("prices.copper", "project_irr", 0.15),
        ("factors.capex", "equity_irr", 0.12),
        ("prices.copper", "min_dscr", 1.2),
        ("timeline.delay_months", "project_npv", 9000),
        ("ramp_up.band_months", "project_irr", 0.195),
    ],
)
def test_breakeven_meets_its_target_in_a_plain_run(cli: Cli, path: str, name: str, target: float) -> None:
    found = cli("breakeven", "base", "--vary", path, "--metric", name, "--target", target, "--json")
    assert found.code == 0 and found.json["converged"]
    assert metric({path: found.json["value"]}, name) == pytest.approx(target, rel=1e-9)


def test_breakeven_says_when_there_is_none(cli: Cli) -> None:
    question = ["breakeven", "base", "--vary", "fiscal.royalty_rate", "--metric", "project_irr", "--target", 0.9]
    answer = cli(*question)
    assert answer.code == 1
    assert "stays below 0.9" in " ".join(answer.out.split())
    found = cli(*question, "--json")
    assert found.code == 1 and found.json["value"] is None and not found.json["converged"]


@pytest.mark.parametrize("repayment", ["sculpted", "equal_principal"])
def test_debt_capacity_pays_itself_off_at_the_target(cli: Cli, repayment: str) -> None:
    found = cli("debt-capacity", "copper_low", "--dscr", 1.6, "--repayment", repayment, "--json").json
    result = run(load("copper_low"))
    rates = dict(zip(result.model.labels, np.array(result.series("lenders_discount_rate")) / 2, strict=True))
    balance = found["capacity"]
    for period, cash, principal in zip(*(found["periods"][k] for k in ("period", "cfads", "principal")), strict=True):
        service = rates[period] * balance + principal
        assert cash / service > 1.6 - 1e-9
        assert principal > -1e-9
        balance -= principal
    assert balance == pytest.approx(0, abs=1e-6)
    assert min(found["periods"]["dscr"]) == pytest.approx(1.6, rel=1e-9)
    larger = cli("debt-capacity", "copper_high", "--dscr", 1.6, "--repayment", repayment, "--json").json
    assert larger["capacity"] > found["capacity"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sensitivity", "base", "--metric", "project_ir"], "Did you mean 'project_irr'"),
        (["sensitivity", "base", "--metric", "dscr"], "not a single figure"),
        (["sensitivity", "base", "--swing", "2"], "between 0 and 1"),
        (["sensitivity", "base", "--path", "factors.capx"], "Did you mean 'factors.capex'"),
        (["sensitivity", "base", "--path", "fiscal.royalty_rate=0:2"], "must lie between 0 and 1"),
        (["grid", "base", "--x", "prices.copper=5:3:1", "--y", "factors.capex=1:2:1"], "does not reach"),
        (["grid", "base", "--x", "prices.copper", "--y", "factors.capex=1:2:1"], "expected PATH=A:B:STEP"),
        (
            ["breakeven", "base", "--vary", "fiscal.regime", "--metric", "project_irr", "--target", "0.1"],
            "not a number",
        ),
        (["debt-capacity", "base", "--dscr", "0"], "above 0"),
        (["debt-capacity", "base", "--set", "financing.included=false"], "no loans"),
        (["montecarlo", "base", "-n", "0"], "at least 1"),
        (["montecarlo", "base", "-n", "10", "--resume"], "--resume needs --dir"),
        (["montecarlo", "base", "-n", "10", "--set", "uncertainty.inputs.delay.high=500"], "outside the limits"),
        (
            ["montecarlo", "base", "-n", "10", "--set", "uncertainty.correlations.cost_overruns.first=capx"],
            "got 'capx'",
        ),
    ],
)
def test_what_cannot_be_done_is_one_message(cli: Cli, arguments: list[str], says: str) -> None:
    answer = cli(*arguments)
    assert answer.code == 2 and not answer.out
    assert says in answer.err and answer.err.count("\n") == 1


def test_tables_fit_eighty_columns(cli: Cli) -> None:
    for arguments in (
        ["sensitivity", "base"],
        ["debt-capacity", "base"],
        ["grid", "base", "--x", "prices.copper=2:8:0.5", "--y", "factors.capex=0.5:2:0.5"],
    ):
        answer = cli(*arguments)
        assert answer.code == 0
        assert max(map(len, answer.out.splitlines())) <= 80
    assert json.dumps(answer.out)
