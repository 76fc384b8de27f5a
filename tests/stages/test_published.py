"""The published figures: the technical report, the announcement, the approvals. Sources stand in docs/validation.md."""

from __future__ import annotations

import pytest

from tests.conftest import Cli

POUNDS_PER_KT = 2_204_622.62185


def test_technical_report(cli: Cli) -> None:
    metrics = cli("run", "technical_report", "--json").json["metrics"]
    assert metrics["lom_pre_tax_cash_flow"] == pytest.approx(77_254, rel=0.003)
    assert metrics["lom_after_tax_cash_flow"] == pytest.approx(70_150, rel=0.005)
    assert metrics["project_npv"] == pytest.approx(13_014, rel=0.015)
    assert metrics["project_irr"] == pytest.approx(0.2132, abs=0.001)
    assert metrics["lom_copper_kt"] == pytest.approx(13_100, rel=0.005)
    assert metrics["lom_gold_koz"] == pytest.approx(17_900, rel=0.005)
    assert metrics["lom_opex"] == pytest.approx(39_000, rel=0.005)


def test_announcement_in_base(cli: Cli) -> None:
    found = cli("run", "base", "--json").json
    metrics = found["metrics"]
    assert metrics["exim_drawn"] == pytest.approx(1_250, abs=1e-6)
    assert metrics["us_imports"] == pytest.approx(2_000, abs=1e-6)
    assert metrics["us_imports_exim_financed"] == pytest.approx(1_250 / 0.85, abs=1e-6)
    assert metrics["total_debt_drawn"] == pytest.approx(3_500, abs=1e-6)
    assert metrics["us_jobs"] == pytest.approx(6_000, abs=1e-6)
    assert metrics["balochistan_jobs_peak"] == pytest.approx(7_500, abs=1e-6)
    assert metrics["operations_jobs"] == pytest.approx(4_000, abs=1e-6)
    assert metrics["first_production"] == "2028-07-01"
    holders = found["shareholders"]
    dividends = sum(h["distributions"] for name, h in holders.items() if name != "groups")
    calls = sum(h["contributions"] for name, h in holders.items() if name != "groups")
    for name, share in {
        "barrick": 0.5,
        "ogdcl": 1 / 12,
        "ppl": 1 / 12,
        "ghpl": 1 / 12,
        "bmrl": 0.15,
        "balochistan_free_carry": 0.1,
    }.items():
        assert holders[name]["distributions"] == pytest.approx(share * dividends, rel=1e-12)
    for name, share in {
        "barrick": 50 / 90,
        "ogdcl": 25 / 270,
        "ppl": 25 / 270,
        "ghpl": 25 / 270,
        "bmrl": 15 / 90,
        "balochistan_free_carry": 0,
    }.items():
        assert holders[name]["contributions"] == pytest.approx(share * calls, rel=1e-12)
    for half in ("barrick_50", "pakistan_50"):
        assert holders["groups"][half]["distributions"] == pytest.approx(dividends / 2, rel=1e-12)


def test_uses_from_the_bottom_up(cli: Cli) -> None:
    expected = cli("run", "base", "--json").json["metrics"]
    assert expected["total_uses"] == pytest.approx(6_946, rel=0.03)
    committed = cli("run", "lender_case", "--json").json["metrics"]
    assert committed["total_uses"] == pytest.approx(7_723, rel=0.03)
    assert committed["total_equity_to_completion"] == pytest.approx(4_223, rel=0.03)


def test_funding_shares_tie_to_the_approvals(cli: Cli) -> None:
    """ECC, 18 September 2025: of 7,723 in all and 4,223 of equity, PMPL pays 2,145 and 1,173, BMRL 1,287 and 704."""
    holders = cli("run", "base", "--json").json["shareholders"]
    calls = sum(h["contributions"] for name, h in holders.items() if name != "groups")
    soe = sum(holders[name]["contributions"] for name in ("ogdcl", "ppl", "ghpl")) / calls
    bmrl = holders["bmrl"]["contributions"] / calls
    for total, published_soe, published_bmrl in ((7_723, 2_145, 1_287), (4_223, 1_173, 704)):
        assert soe * total == pytest.approx(published_soe, abs=1)
        assert bmrl * total == pytest.approx(published_bmrl, abs=1)


def test_exim_draws_follow_the_invoices(cli: Cli) -> None:
    periods = cli("run", "base", "--json").json["periods"]
    to_date = 0.0
    for drawn, eligible in zip(periods["exim_drawdown"], periods["us_eligible_to_date"], strict=True):
        to_date += drawn
        assert to_date <= 0.85 * eligible + 1e-6
    assert periods["us_cash_payment"] == pytest.approx([0.15 * x for x in periods["us_imports_construction"]])


def test_smaller_contracts_leave_part_of_the_loan_undrawn(cli: Cli) -> None:
    found = cli("run", "base", "--set", "us_imports.construction_total=1000", "--json").json
    assert found["metrics"]["exim_drawn"] == pytest.approx(850, abs=1e-6)
    assert any("us_exim draws 850.0 of 1,250.0" in text for text in found["warnings"])
