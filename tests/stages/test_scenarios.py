"""What must hold in every bundled scenario, through the front door."""

from __future__ import annotations

import math

import numpy as np
import numpy_financial as npf
import pytest

from model.scenario.resolve import bundled
from tests.conftest import Cli

SCENARIOS = sorted(bundled())
CONTRACT = {
    "base",
    "technical_report",
    "lender_case",
    "delay_2031",
    "copper_low",
    "copper_high",
    "gold_low",
    "gold_high",
    "price_crash",
    "slow_ramp_up",
    "fast_ramp_up",
    "capex_overrun",
    "no_phase_2",
    "no_exim",
    "tax_after_holiday",
    "standard_regime",
}


def test_the_sixteen_are_there() -> None:
    assert set(SCENARIOS) == CONTRACT


@pytest.mark.parametrize("name", SCENARIOS)
def test_checks_and_printed_flows(cli: Cli, name: str) -> None:
    found = cli("run", name, "--json").json
    assert found["checks"]["passed"], found["checks"]["items"]
    periods, metrics = found["periods"], found["metrics"]
    flows = np.array(periods["distributions"]) - np.array(periods["equity_contributions"])
    each = {"H": 2, "Q": 4}.get(periods["period"][0][4:5], 1)
    assert (1 + npf.irr(flows)) ** each - 1 == pytest.approx(metrics["equity_irr"], abs=1e-6)
    assert (1 + npf.irr(periods["project_cash_flow_real"])) ** each - 1 == pytest.approx(
        metrics["project_irr"], abs=1e-6
    )
    annual = found["annual"]
    for row in (
        "ore_milled_mt",
        "copper_recovered_kt",
        "gold_recovered_koz",
        "net_smelter_return",
        "operating_costs",
        "royalties_and_taxes",
        "capital_expenditure",
        "us_imports",
        "exim_drawdown",
        "cfads",
        "interest_paid",
        "principal_repaid",
        "debt_outstanding",
        "dscr",
        "distributions",
        "equity_contributions",
    ):
        assert len(annual[row]) == len(annual["year"])
    for row in ("net_smelter_return", "distributions", "us_imports"):
        assert math.fsum(annual[row]) == pytest.approx(math.fsum(periods[row]), rel=1e-12)
    for opening, closing in (
        ("cash_opening", "cash_balance"),
        ("debt_opening", "debt_outstanding"),
        ("ore_opening", "ore_closing"),
    ):
        assert annual[opening][1:] == annual[closing][:-1], opening
    assert annual["debt_outstanding"][-1] == pytest.approx(0, abs=1e-6)
    for year, dscr, service, cfads in zip(
        annual["year"], annual["dscr"], annual["scheduled_service"], annual["cfads"], strict=True
    ):
        if dscr is not None:
            assert dscr == pytest.approx(cfads / service), year


@pytest.mark.parametrize("name", ["base", "standard_regime", "tax_after_holiday", "price_crash"])
def test_project_irr_is_free_of_the_financing(cli: Cli, name: str) -> None:
    with_debt = cli("run", name, "--json").json["metrics"]
    without = cli("run", name, "--set", "financing.included=false", "--json").json["metrics"]
    dear = cli("run", name, "--set", "factors.interest_rate=2", "--set", "financing.gearing=0.8", "--json").json[
        "metrics"
    ]
    for metric in ("project_irr", "project_irr_pre_tax", "project_irr_nominal", "project_npv"):
        assert without[metric] == pytest.approx(with_debt[metric], rel=1e-9)
        assert dear[metric] == pytest.approx(with_debt[metric], rel=1e-9)
    assert without["min_dscr"] is None and without["total_debt_drawn"] == 0


@pytest.mark.parametrize("name", ["base", "technical_report", "delay_2031", "price_crash"])
def test_length_of_the_period_hardly_matters(cli: Cli, name: str) -> None:
    found = {
        months: cli("run", name, "--set", f"timeline.period_months={months}", "--json").json["metrics"]
        for months in (3, 6, 12)
    }
    for months in (3, 12):
        for metric in ("project_irr", "equity_irr"):
            assert found[months][metric] == pytest.approx(found[6][metric], abs=0.006)
        assert found[months]["lom_nsr"] == pytest.approx(found[6]["lom_nsr"], rel=0.01)
        assert found[months]["lom_copper_kt"] == pytest.approx(found[6]["lom_copper_kt"], rel=1e-9)


def test_npv_agrees_with_numpy_financial_under_each_convention(cli: Cli) -> None:
    for convention, shift in (("start", 0.0), ("mid", 0.5), ("end", 1.0)):
        found = cli("run", "technical_report", "--set", f"discounting.convention={convention}", "--json").json
        expected = npf.npv(0.08, found["periods"]["project_cash_flow_real"]) / 1.08**shift
        assert found["metrics"]["project_npv"] == pytest.approx(expected, rel=1e-9)
